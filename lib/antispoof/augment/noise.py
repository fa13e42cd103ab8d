"""White noise."""

from __future__ import annotations

import numpy as np

from antispoof.augment.registry import Range, draw, register_augmentation


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
