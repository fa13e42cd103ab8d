"""Why: which times and frequencies moved the score, by integrated gradients.

M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML
2017, as captum has it. The baseline is the clip's mean level everywhere, which is
zero after the front-end's normalisation; so the attributions of all cells sum to the
difference from the score of that baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn

from antispoof.audio import iter_blocks
from antispoof.audio.silence import is_silent
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError, ParameterError
from antispoof.inference.detector import Detector
from antispoof.inference.prediction import Prediction
from antispoof.inference.windows import windows

STEPS = 32  # of the integral
AT_ONCE = 8  # steps in memory together
REGION = (0.25, 8)  # seconds by rows of the features
SILENCE_DECIDES = 0.5  # share of all attributions that lies where nothing is said


@dataclass(frozen=True)
class Region:
    """A piece of the picture, and what it did to the score.

    Attributes
    ----------
    start, end : seconds within the window.
    low, high : Hz; None where the front-end has no filter bank to tell.
    contribution : to the score; above 0 it spoke for bona fide.
    """

    start: float
    end: float
    low: float | None
    high: float | None
    contribution: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """What moved the score of one window.

    Attributes
    ----------
    picture : (rows, frames), what the model saw.
    attributions : (rows, frames), summing to the score less the baseline's.
    regions : from the strongest down.
    silent_share : of all attributions, taken without sign, that lie in silence or
        padding.
    """

    picture: np.ndarray
    attributions: np.ndarray
    regions: list[Region]
    silent_share: float

    @property
    def silence_decides(self) -> bool:
        """Whether most of what moved the score lies where nothing is said."""
        return self.silent_share > SILENCE_DECIDES


def has_captum() -> bool:
    """Whether clips can be explained here."""
    return find_spec("captum") is not None


def explain(detector: Detector, window: np.ndarray) -> Explanation:
    """Explain the score of a window.

    Parameters
    ----------
    window : (n_samples,) float32, of `detector.n_samples`.

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
            " `pip install captum` brings it"
        ) from None

    with torch.no_grad():
        x = detector.frontend(torch.from_numpy(window)[None])
    attributions = (
        IntegratedGradients(detector.score)
        .attribute(x, torch.zeros_like(x), n_steps=STEPS, internal_batch_size=AT_ONCE)
        .detach()[0, 0]
        .numpy()
        .astype(np.float64)
    )
    silent = _frames_of(is_silent(window), attributions.shape[1])
    strength = np.abs(attributions)
    total = max(float(strength.sum()), np.finfo(float).tiny)
    return Explanation(
        picture=x[0, 0].numpy(),
        attributions=attributions,
        regions=_regions(attributions, detector.frontend, len(window)),
        silent_share=float(strength[:, silent].sum()) / total,
    )


def without(
    detector: Detector, window: np.ndarray, order: np.ndarray, share: float
) -> float:
    """The score of a window after the first `share` of its cells is taken out.

    Parameters
    ----------
    order : (rows * frames,) positions of the flattened cells, first to be taken out
        first; they are set to the baseline.
    share : between 0 and 1.
    """
    with torch.inference_mode():
        x = detector.frontend(torch.from_numpy(window)[None])
        cells = x.flatten().clone()
        cells[torch.from_numpy(order[: round(share * len(order))].copy())] = 0.0
        return float(detector.score(cells.view(x.shape))[0])


def _regions(
    attributions: np.ndarray, frontend: nn.Module, n_samples: int
) -> list[Region]:
    rows, frames = attributions.shape
    seconds = n_samples / SAMPLE_RATE
    width = max(1, round(REGION[0] / seconds * frames))
    edges = _row_edges(frontend, rows)
    found = []
    for row in range(0, rows, REGION[1]):
        top = min(row + REGION[1], rows)
        for frame in range(0, frames, width):
            end = min(frame + width, frames)
            found.append(
                Region(
                    start=seconds * frame / frames,
                    end=seconds * end / frames,
                    low=None if edges is None else float(edges[row]),
                    high=None if edges is None else float(edges[top]),
                    contribution=float(attributions[row:top, frame:end].sum()),
                )
            )
    return sorted(found, key=lambda region: -abs(region.contribution))


def _row_edges(frontend: nn.Module, rows: int) -> np.ndarray | None:
    """(rows + 1,) Hz between the rows: means of the centres of neighbouring bands."""
    bank = getattr(frontend, "mel_fb", None)
    if bank is None:
        return None
    weights = bank.numpy()
    frequencies = np.linspace(0, SAMPLE_RATE / 2, len(weights))
    centres = (weights * frequencies[:, None]).sum(0) / weights.sum(0)
    inner = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[0], inner, [SAMPLE_RATE / 2]])[: rows + 1]


def _frames_of(silent: np.ndarray, n_frames: int) -> np.ndarray:
    """Silence in steps of 10 ms as silence of the features' frames."""
    nearest = np.linspace(0, len(silent) - 1, n_frames).round().astype(int)
    return silent[nearest]


def explain_clip(
    answer: Prediction, path: str | Path, detector: Detector
) -> tuple[float, Explanation]:
    """Explain the window of a clip that spoke most for its answer.

    Returns
    -------
    Second of the clip at which the window starts, and its explanation.
    """
    towards = 1 if answer.score >= answer.threshold else -1
    chosen = answer.starts[int(np.argmax(towards * answer.scores))]
    for start, window in windows(iter_blocks(path), detector.n_samples):
        if start / SAMPLE_RATE == chosen:
            return float(chosen), explain(detector, window)
    raise AudioError(f"{path} is shorter than when it was judged")


def region_in_words(region: Region, offset: float = 0.0) -> str:
    """A region as a line: when, which frequencies, and for which answer it spoke."""
    way = "real" if region.contribution > 0 else "fake"
    band = "" if region.low is None else f", {region.low:.0f} to {region.high:.0f} Hz"
    return (
        f"{offset + region.start:.2f} to {offset + region.end:.2f} s{band}:"
        f" spoke for {way} ({region.contribution:+.2f})"
    )
