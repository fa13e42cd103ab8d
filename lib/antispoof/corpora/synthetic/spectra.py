"""Short-time spectra of waveforms and back, and mel filters.

Spectra are ``(n_bins, n_frames)``. No matrix product (``@``) is used here or in an
attack: the threads of a linear algebra library can change its last bits.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import signal

from antispoof.constants import SAMPLE_RATE


def stft(x: np.ndarray, n_fft: int, hop: int) -> np.ndarray:
    """Hann-windowed centred spectra; a sine of amplitude 1 has a peak of 0.5."""
    return signal.stft(x, nperseg=n_fft, noverlap=n_fft - hop)[2]


def istft(spectra: np.ndarray, hop: int, length: int) -> np.ndarray:
    """Least-squares inverse of `stft` (Griffin and Lim, 1984, eq. 6): ``(length,)``."""
    n_fft = 2 * (len(spectra) - 1)
    x = signal.istft(spectra, nperseg=n_fft, noverlap=n_fft - hop)[1][:length]
    return np.pad(x, (0, length - len(x)))


@cache
def mel_bank(n_bands: int, n_fft: int) -> np.ndarray:
    """Triangles of height 1, evenly wide on the mel scale: ``(n_bands, n_bins)``."""
    top = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, n_bands + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(n_fft, 1 / SAMPLE_RATE)
    return np.array(
        [np.interp(bins, edges[k : k + 3], [0, 1, 0]) for k in range(n_bands)]
    )


def to_mel(power: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """Mean power per band ``(n_bands, n_frames)`` of ``(n_bins, n_frames)``."""
    return np.einsum("bi,it->bt", bank, power) / bank.sum(axis=1, keepdims=True)


def from_mel(bands: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """Bands spread back over the bins, by linear interpolation: smooth spectra."""
    weights = bank / np.maximum(bank.sum(axis=0), 1e-3)
    return np.einsum("bi,bt->it", weights, bands)
