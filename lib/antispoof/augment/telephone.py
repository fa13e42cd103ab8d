"""A landline: narrow band and A-law."""

from __future__ import annotations

import numpy as np

from antispoof.augment.codec import codec
from antispoof.augment.registry import Range, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE


@register_augmentation("telephone", title="telephone line")
def telephone(
    waveform: np.ndarray,
    rng: np.random.Generator,
    *,
    low: Range = (200.0, 400.0),
    high: Range = (3_200.0, 3_600.0),
) -> np.ndarray:
    """Pass a band at 8 kHz and code it in A-law (ITU-T G.711); back to 16 kHz.

    Parameters
    ----------
    low, high : Hz, ends of the band; 300 to 3400 in ITU-T G.712.
    """
    from scipy.signal import butter, sosfiltfilt

    band = draw(rng, low), draw(rng, high)
    sections = butter(4, band, "bandpass", fs=SAMPLE_RATE, output="sos")
    narrow = sosfiltfilt(sections, waveform).astype(np.float32)
    return codec(narrow, rng, encoding="alaw", bit_rate=None, sample_rate=8_000)
