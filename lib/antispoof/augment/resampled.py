"""Another sampling rate and back."""

from __future__ import annotations

import numpy as np

from antispoof.audio import resample
from antispoof.augment.registry import Choice, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

RATES = [8_000, 11_025, 12_000, 22_050, 44_100]  # Hz


@register_augmentation("resampled", title="resampled")
def resampled(
    waveform: np.ndarray, rng: np.random.Generator, *, sample_rate: Choice = RATES
) -> np.ndarray:
    """Resample to another rate and back to 16 kHz; one sample longer at most.

    Parameters
    ----------
    sample_rate : Hz; below 16 kHz the upper band is lost.
    """
    sample_rate = draw(rng, sample_rate)
    there = resample(waveform, SAMPLE_RATE, sample_rate)
    return resample(there, sample_rate, SAMPLE_RATE)
