"""Silence at the beginning and the end, which gives away many synthesisers."""

from __future__ import annotations

import numpy as np

from antispoof.audio import silence
from antispoof.augment.registry import Range, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE


@register_augmentation("trim", title="silence trimmed")
def trim(
    waveform: np.ndarray, rng: np.random.Generator, *, kept: Range = (0.0, 0.1)
) -> np.ndarray:
    """Cut off leading and trailing silence; shorter than before, or as long.

    Parameters
    ----------
    kept : seconds of silence that stay at each end, drawn for each end.
    """
    before, after = (round(draw(rng, kept) * SAMPLE_RATE) for _ in range(2))
    return silence.trim(waveform, before, after)
