"""A landline: narrow band and A-law."""

from __future__ import annotations

from typing import Any

import numpy as np

from antispoof.audio import resample
from antispoof.augment.codec import decode, encode
from antispoof.augment.registry import draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

RATE = 8_000


@register_augmentation("telephone", title="telephone line")
def telephone(
    waveform: np.ndarray,
    rng: np.random.Generator,
    *,
    low: Any = (200.0, 400.0),
    high: Any = (3_200.0, 3_600.0),
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
    return decode(encode(resample(narrow, SAMPLE_RATE, RATE), "alaw", RATE))
