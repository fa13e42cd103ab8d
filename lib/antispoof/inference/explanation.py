"""Which times and frequencies moved the score, by integrated gradients.

M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML
2017, as captum implements it. The baseline is the clip's mean level everywhere, which
is zero after the front-end's normalisation; so the attributions of all cells sum to the
difference from the score of that baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from antispoof.audio import iter_blocks
from antispoof.audio.silence import is_silent
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError, ParameterError
from antispoof.inference.detector import Detector
from antispoof.inference.prediction import Prediction
from antispoof.inference.windows import iter_windows

N_STEPS = 32  # of the integral
BATCH_SIZE = 8  # steps in memory together
REGION_SECONDS, REGION_ROWS = 0.25, 8
N_REGIONS = 3  # that a description names
SILENCE_DECIDES = 0.5  # fraction of all attributions that lies in silence


@dataclass(frozen=True)
class Region:
    """A rectangle of the features, and what it did to the score.

    Attributes
    ----------
    start, end : seconds within the clip.
    low, high : Hz; one is NaN where the front-end's rows are not frequencies.
    contribution : to the score; above 0 it is evidence for bona fide.
    """

    start: float
    end: float
    low: float
    high: float
    contribution: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """What moved the score of one window.

    Attributes
    ----------
    features : (n_rows, n_frames), the input of the model.
    attributions : (n_rows, n_frames), summing to the score minus the baseline's.
    regions : the strongest first.
    silent_fraction : of the absolute attributions, in silence or padding.
    """

    features: np.ndarray
    attributions: np.ndarray
    regions: list[Region]
    silent_fraction: float


def explain(
    detector: Detector, window: np.ndarray, *, start: float = 0.0
) -> Explanation:
    """Explain the score of a window.

    Parameters
    ----------
    window : (n_samples,) float32, of `detector.n_samples`.
    start : second of the clip at which the window starts.

    Raises
    ------
    ParameterError
        If captum is not installed.
    """
    try:
        from captum.attr import IntegratedGradients
    except ImportError:
        raise ParameterError(
            "explanations need the package captum, which is not installed here;"
            " install it with `pip install captum`"
        ) from None

    with torch.no_grad():
        x = detector.frontend(torch.from_numpy(window)[None])
    attributions = IntegratedGradients(detector.score_features).attribute(
        x, torch.zeros_like(x), n_steps=N_STEPS, internal_batch_size=BATCH_SIZE
    )
    attributions = attributions.detach()[0, 0].numpy().astype(np.float64)
    # Silence is known per 10 ms; each frame of the features takes the nearest.
    silent = is_silent(window)
    nearest = np.linspace(0, len(silent) - 1, attributions.shape[1]).round().astype(int)
    strength = np.abs(attributions).sum(axis=0)
    total = max(strength.sum(), np.finfo(float).tiny)
    return Explanation(
        features=x[0, 0].numpy(),
        attributions=attributions,
        regions=_regions(attributions, detector, start),
        silent_fraction=float(strength[silent[nearest]].sum() / total),
    )


def _regions(
    attributions: np.ndarray, detector: Detector, start: float
) -> list[Region]:
    """Sums over rectangles; a row reaches half-way to its neighbours' frequencies."""
    n_rows, n_frames = attributions.shape
    frames_per_second = n_frames * SAMPLE_RATE / detector.n_samples
    width = max(1, round(REGION_SECONDS * frames_per_second))
    rows = np.append(np.arange(0, n_rows, REGION_ROWS), n_rows)
    frames = np.append(np.arange(0, n_frames, width), n_frames)
    centres = detector.frontend.row_frequencies
    between = (centres[:-1] + centres[1:]) / 2
    hertz = np.concatenate([[0], between, [SAMPLE_RATE / 2]])[rows]
    seconds = start + frames / frames_per_second
    sums = np.add.reduceat(attributions, rows[:-1], axis=0)
    sums = np.add.reduceat(sums, frames[:-1], axis=1)
    regions = [
        Region(seconds[j], seconds[j + 1], hertz[i], hertz[i + 1], float(value))
        for (i, j), value in np.ndenumerate(sums)
    ]
    return sorted(regions, key=lambda region: -abs(region.contribution))


def score_after_deletion(
    detector: Detector, window: np.ndarray, order: np.ndarray, fraction: float
) -> float:
    """The score of a window after the first cells in an order are set to the baseline.

    Parameters
    ----------
    order : (n_rows * n_frames,) positions of the flattened cells.
    fraction : of all cells, between 0 and 1.
    """
    with torch.inference_mode():
        x = detector.frontend(torch.from_numpy(window)[None])
        cells = x.flatten().clone()
        cells[torch.from_numpy(order[: round(fraction * len(order))].copy())] = 0.0
        return float(detector.score_features(cells.view(x.shape))[0])


def explain_clip(
    prediction: Prediction, path: str | Path, detector: Detector
) -> Explanation:
    """Explain the window of a clip that is the strongest evidence for its answer."""
    sign = 1 if prediction.score >= prediction.threshold else -1
    chosen = float(prediction.starts[np.argmax(sign * prediction.scores)])
    for start, window in iter_windows(iter_blocks(path), detector.n_samples):
        if start / SAMPLE_RATE == chosen:
            return explain(detector, window, start=chosen)
    raise AudioError(f"{path} is shorter than when it was judged")


def format_explanation(explanation: Explanation) -> str:
    """An indented line for each of the strongest regions, and one about silence."""
    lines = []
    for region in explanation.regions[:N_REGIONS]:
        answer = "real" if region.contribution > 0 else "fake"
        band = f", {region.low:.0f} to {region.high:.0f} Hz"
        if np.isnan(region.low + region.high):
            band = ""
        lines.append(
            f"  {region.start:.2f} to {region.end:.2f} s{band}: evidence for {answer}"
            f" ({region.contribution:+.2f})"
        )
    silent, verdict = explanation.silent_fraction, ""
    if silent > SILENCE_DECIDES:
        verdict = ": silence decides here, not the voice"
    lines.append(
        f"  {silent:.0%} of what moved the score lies in silence or padding{verdict}"
    )
    return "\n".join(lines)
