"""What a recording has besides speech: noise, and silence at both ends."""

from __future__ import annotations

import numpy as np

from antispoof.audio import silence
from antispoof.augment.registry import Range, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE


@register_augmentation("noise", title="additive noise")
def noise(
    waveform: np.ndarray, rng: np.random.Generator, *, snr_db: Range = (15.0, 40.0)
) -> np.ndarray:
    """Add white noise; the length stays.

    Parameters
    ----------
    snr_db : dB of the clip's mean power over that of the noise.
    """
    snr_db = draw(rng, snr_db)
    level = np.sqrt(np.square(waveform, dtype=np.float64).mean())
    added = rng.standard_normal(len(waveform)) * level * 10 ** (-snr_db / 20)
    return (waveform + added).astype(np.float32)


@register_augmentation("trim", title="silence trimmed")
def trim(
    waveform: np.ndarray, rng: np.random.Generator, *, kept: Range = (0.0, 0.1)
) -> np.ndarray:
    """Cut off leading and trailing silence, which gives away many synthesisers.

    Parameters
    ----------
    kept : seconds of silence that stay at each end, drawn for each end.
    """
    before, after = (round(draw(rng, kept) * SAMPLE_RATE) for _ in range(2))
    return silence.trim(waveform, before, after)
