"""Change the sample rate with a windowed-sinc filter.

A long Kaiser window (128 zero crossings, beta 14.77) passes everything below 94 % of
the lower Nyquist frequency and leaves nothing audible above: the traces of synthesis
sit high, and a soft filter or an alias there would be taken for one.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

_ZERO_CROSSINGS = 64  # on each side of the centre
_KAISER_BETA = 14.77  # stop band below -140 dB
_ROLLOFF = 0.945  # of the lower Nyquist frequency
# Ordinary rates have far smaller ratios. An odd one, say 44 101 Hz, is taken as the
# nearest ratio with such a denominator, or its filter would fill the memory.
_LARGEST_DENOMINATOR = 1_000


def resample(waveform: np.ndarray, sample_rate: int, new_rate: int) -> np.ndarray:
    """Resample a waveform.

    Parameters
    ----------
    waveform
        float32, shape (n,).
    sample_rate, new_rate
        Hz.

    Returns
    -------
    float32, shape (ceil(n * new_rate / sample_rate),); the input itself if the rates
    are equal.
    """
    if sample_rate == new_rate:
        return waveform
    from scipy.signal import resample_poly  # heavy, and seldom needed

    up, down = steps(sample_rate, new_rate)
    taps = _low_pass(max(up, down))
    resampled = resample_poly(waveform.astype(np.float64), up, down, window=taps)
    return resampled.astype(np.float32)


def steps(sample_rate: int, new_rate: int) -> tuple[int, int]:
    """``up`` new samples fall on every ``down`` old ones."""
    ratio = Fraction(new_rate, sample_rate).limit_denominator(_LARGEST_DENOMINATOR)
    return ratio.numerator, ratio.denominator


def reach(sample_rate: int, new_rate: int) -> int:
    """How many old samples before and after it a new sample depends on."""
    up, down = steps(sample_rate, new_rate)
    return -(-_ZERO_CROSSINGS * max(up, down) // up)


@lru_cache(maxsize=8)
def _low_pass(factor: int) -> np.ndarray:
    """Filter at ``factor`` times the lower rate, shape (2 * 64 * factor + 1,)."""
    from scipy.signal import firwin

    return firwin(
        2 * _ZERO_CROSSINGS * factor + 1,
        _ROLLOFF / factor,
        window=("kaiser", _KAISER_BETA),
    )
