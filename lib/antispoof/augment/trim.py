"""Silence at the beginning and the end, which gives away many synthesisers."""

from __future__ import annotations

from typing import Any

import numpy as np

from antispoof.audio.silence import FRAME, is_silent
from antispoof.augment.registry import draw, register_augmentation
from antispoof.constants import SAMPLE_RATE


@register_augmentation("trim", title="silence trimmed")
def trim(
    waveform: np.ndarray, rng: np.random.Generator, *, kept: Any = (0.0, 0.1)
) -> np.ndarray:
    """Cut off leading and trailing silence; shorter than before, or as long.

    Parameters
    ----------
    kept : seconds of silence that stay at each end, drawn for each end.
    """
    before, after = (round(draw(rng, kept) * SAMPLE_RATE) for _ in range(2))
    loud = np.flatnonzero(~is_silent(waveform))
    if not loud.size:  # digital silence has no beginning
        return waveform
    start, end = loud[0] * FRAME, (loud[-1] + 1) * FRAME
    return waveform[max(0, start - before) : end + after]
