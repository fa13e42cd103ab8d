"""Change the sample rate with a windowed-sinc filter.

A long Kaiser window (128 zero crossings, beta 14.77) passes everything below 94 % of
the lower Nyquist frequency and attenuates what is above it by 140 dB: traces of
synthesis are at high frequencies, where a soft filter or an alias would look like one.
"""

from fractions import Fraction
from functools import lru_cache

import numpy as np

_ZERO_CROSSINGS = 64  # on each side of the centre
_KAISER_BETA = 14.77  # stop band below -140 dB
_ROLLOFF = 0.945  # of the lower Nyquist frequency
# Usual rates have far smaller ratios. An odd one, such as 44 101 Hz, is approximated by
# a ratio with at most this denominator, or its filter would not fit into memory.
_MAX_DENOMINATOR = 1_000


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
    from scipy.signal import resample_poly  # slow to import, and seldom needed

    up, down = up_down(sample_rate, new_rate)
    taps = _low_pass(max(up, down))
    resampled = resample_poly(waveform.astype(np.float64), up, down, window=taps)
    return resampled.astype(np.float32)


def up_down(sample_rate: int, new_rate: int) -> tuple[int, int]:
    """The ratio of the rates: ``up`` new samples per ``down`` old ones."""
    ratio = Fraction(new_rate, sample_rate).limit_denominator(_MAX_DENOMINATOR)
    return ratio.numerator, ratio.denominator


def filter_half_width(sample_rate: int, new_rate: int) -> int:
    """Number of old samples before and after it that a new sample depends on."""
    up, down = up_down(sample_rate, new_rate)
    return -(-_ZERO_CROSSINGS * max(up, down) // up)


@lru_cache(maxsize=8)
def _low_pass(factor: int) -> np.ndarray:
    """Filter at ``factor`` times the lower rate, shape (2 * 64 * factor + 1,)."""
    from scipy.signal import firwin

    n_taps = 2 * _ZERO_CROSSINGS * factor + 1
    return firwin(n_taps, _ROLLOFF / factor, window=("kaiser", _KAISER_BETA))
