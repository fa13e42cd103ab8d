"""Contracts of explanations.

1. Attributions sum to the score minus the baseline's score, and so do regions.
2. If only some cells count, they are found: deleting what an explanation names moves
   the score much further than deleting as many random cells.
3. Regions are given in seconds and Hz, without Hz where rows are not frequencies;
   silence that decides is flagged.
4. Without captum an error says what to install.
"""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from antispoof.errors import ParameterError
from antispoof.inference.explanation import explain, format_region, score_after_deletion

RATE = 16_000
pytest.importorskip("captum")


class Patch(nn.Module):
    """Looks at 8 bands by 50 frames only: loud there is bona fide."""

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


def looking_at(detector, bands, frames):
    return replace(detector, model=Patch(bands, frames))


def test_attributions_sum_to_the_score(detector, window):  # 1
    found = explain(detector, window)
    base = torch.zeros(1, *detector.frontend.shape)
    with torch.no_grad():
        baseline = float(detector.score_features(base))
    score = float(detector.score(window[None])[0])
    assert found.attributions.sum() == pytest.approx(score - baseline, abs=2e-3)


def test_deletion_beats_random_maps(detector, window):  # 2
    seen = looking_at(detector, slice(16, 24), slice(50, 100))
    found = explain(seen, window)
    outside = found.attributions.copy()
    outside[16:24, 50:100] = 0
    assert np.abs(outside).max() == 0
    score = float(seen.score(window[None])[0])
    sign = np.sign(score)
    order = np.argsort(-sign * found.attributions.ravel())
    moved = sign * (score - score_after_deletion(seen, window, order, 0.02))
    random = np.random.default_rng(0)
    others = [
        sign
        * (
            score
            - score_after_deletion(seen, window, random.permutation(len(order)), 0.02)
        )
        for _ in range(20)
    ]
    assert moved > 0.5 * abs(score)
    assert moved > 5 * max(others)


def test_regions(detector, window):  # 3
    found = explain(looking_at(detector, slice(16, 24), slice(50, 100)), window)
    strongest = found.regions[0]
    assert 0.5 <= strongest.start < strongest.end <= 1.01
    centre = (strongest.low + strongest.high) / 2
    assert 700 < centre < 2_000  # bands 16 to 24 of 64 up to 8 kHz
    text = format_region(strongest, offset=4.0)
    assert text.startswith("4.")
    assert "evidence for" in text
    assert sum(r.contribution for r in found.regions) == pytest.approx(
        found.attributions.sum(), abs=1e-6
    )
    assert found.silent_fraction < 0.01
    assert not found.silence_decides
    assert "Hz" not in format_region(replace(strongest, low=float("nan")))


def test_silence_that_decides(detector, window):  # 3
    found = explain(looking_at(detector, slice(0, 64), slice(220, 400)), window)
    assert found.silent_fraction > 0.99
    assert found.silence_decides


def test_without_captum(detector, window, monkeypatch):  # 4
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(ParameterError, match="pip install captum"):
        explain(detector, window)
