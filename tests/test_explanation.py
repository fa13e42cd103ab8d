"""Contracts of explanations.

1. Attributions sum to the score minus the baseline's score, and so do regions.
2. If only some cells count, they are found: deleting what an explanation names moves
   the score much further than deleting as many random cells.
3. Regions are given in seconds of the clip and in Hz, without Hz where rows are not
   frequencies; silence that decides is named.
4. Without captum an error says what to install.
"""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from antispoof.errors import ParameterError
from antispoof.inference.explanation import (
    explain,
    format_explanation,
    score_after_deletion,
)

RATE = 16_000
pytest.importorskip("captum")


class Patch(nn.Module):
    """Looks at some bands and frames only: loud there is bona fide."""

    def __init__(self, bands, frames):
        super().__init__()
        self.bands, self.frames = bands, frames

    def forward(self, x):
        score = torch.tanh(x[:, 0, self.bands, self.frames].mean((1, 2)))
        return torch.stack([-score, score], dim=1)


@pytest.fixture
def window():
    wave = np.random.default_rng(5).standard_normal(4 * RATE).astype(np.float32)
    wave[2 * RATE :] = 0  # padding
    return 0.1 * wave


@pytest.fixture
def patch(detector):
    return replace(detector, model=Patch(slice(16, 24), slice(50, 100)))


def test_attributions_sum_to_the_score(detector, window, monkeypatch):  # 1, 4
    found = explain(detector, window)
    with torch.no_grad():
        base = detector.score_features(torch.zeros(1, *detector.frontend.shape))
    expected = float(detector.score(window[None])[0]) - float(base)
    assert found.attributions.sum() == pytest.approx(expected, abs=2e-3)
    contributions = [region.contribution for region in found.regions]
    assert sum(contributions) == pytest.approx(found.attributions.sum(), abs=1e-6)
    assert contributions == sorted(contributions, key=abs, reverse=True)
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(ParameterError, match="pip install captum"):
        explain(detector, window)


def test_deletion_beats_random_maps(patch, window):  # 2
    found = explain(patch, window)
    outside = found.attributions.copy()
    outside[16:24, 50:100] = 0
    assert np.abs(outside).max() == 0
    score = float(patch.score(window[None])[0])
    sign, rng = np.sign(score), np.random.default_rng(0)
    orders = [np.argsort(-sign * found.attributions.ravel())]
    orders += [rng.permutation(found.attributions.size) for _ in range(20)]
    moved, *others = (
        sign * (score - score_after_deletion(patch, window, order, 0.02))
        for order in orders
    )
    assert moved > max(0.5 * abs(score), 5 * max(others))


def test_regions(patch, window):  # 3
    found = explain(patch, window, start=4.0)
    strongest = found.regions[0]
    assert 4.5 <= strongest.start < strongest.end <= 5.01
    assert 700 < (strongest.low + strongest.high) / 2 < 2_000  # bands 16 to 24 of 64
    text = format_explanation(found)
    assert text.startswith("  4.")
    assert text.count("Hz: evidence for ") == 3
    assert text.endswith("0% of what moved the score lies in silence or padding")
    nameless = [replace(region, low=float("nan")) for region in found.regions]
    assert "Hz" not in format_explanation(replace(found, regions=nameless))


def test_silence_that_decides(detector, window):  # 3
    padding = replace(detector, model=Patch(slice(0, 64), slice(220, 400)))
    found = explain(padding, window)
    assert found.silent_fraction > 0.99
    assert "silence decides here, not the voice" in format_explanation(found)
