"""Weight the frequencies of a waveform."""

from collections.abc import Callable

import numpy as np

from antispoof.constants import SAMPLE_RATE

MARGIN = 2_048  # zeros, so that the end of a clip does not reach its beginning


def scale_spectrum(x: np.ndarray, factor: Callable) -> np.ndarray:
    """Multiply the spectrum, without a change of phase.

    Parameters
    ----------
    x : waveform (n,) at 16 kHz.
    factor : frequencies in Hz -> factors, the same shape.

    Returns
    -------
    (n,), of the same type.
    """
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq  # a check needs no scipy

    n = next_fast_len(len(x) + MARGIN, real=True)
    factors = factor(rfftfreq(n, 1 / SAMPLE_RATE)).astype(x.dtype)
    return irfft(rfft(x, n) * factors, n)[: len(x)]
