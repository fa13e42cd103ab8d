"""Short-time Fourier analysis and synthesis, and filters that change frame by frame.

Frames are rows. No matrix product of a linear algebra library is used here or in any
attack, so that the number of its threads cannot change a bit of the result.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import get_window

from antispoof.constants import SAMPLE_RATE


def stft(x: np.ndarray, *, n_fft: int, hop: int) -> np.ndarray:
    """Hann-windowed spectra ``(1 + len(x) // hop, n_fft // 2 + 1)``, centred."""
    padded = np.pad(x, n_fft // 2)
    frames = sliding_window_view(padded, n_fft)[::hop]
    return np.fft.rfft(frames * get_window("hann", n_fft), axis=1)


def istft(spectra: np.ndarray, *, hop: int, length: int) -> np.ndarray:
    """Least-squares inverse of `stft` (Griffin and Lim, 1984, eq. 6)."""
    n_fft = 2 * (spectra.shape[1] - 1)
    window = get_window("hann", n_fft)
    frames = np.fft.irfft(spectra, axis=1) * window
    total = overlap_add(frames, hop=hop)
    weight = overlap_add(np.broadcast_to(window**2, frames.shape), hop=hop)
    out = total / np.maximum(weight, 1e-3)
    out = out[n_fft // 2 :][:length]
    return np.pad(out, (0, length - len(out)))


def overlap_add(frames: np.ndarray, *, hop: int) -> np.ndarray:
    """Sum of the rows, each `hop` samples after the one before."""
    n_frames, size = frames.shape
    n_parts = -(-size // hop)
    parts = np.pad(frames, ((0, 0), (0, n_parts * hop - size)))
    parts = parts.reshape(n_frames, n_parts, hop)
    out = np.zeros((n_frames + n_parts - 1, hop))
    for k in range(n_parts):
        out[k : k + n_frames] += parts[:, k]
    return out.ravel()


def filter_by_frames(x: np.ndarray, responses: np.ndarray, *, hop: int) -> np.ndarray:
    """Filter `x` by a response that changes, faded from each frame to the next.

    Parameters
    ----------
    x
        ``(n,)`` samples.
    responses
        ``(n_frames, n_bins)``; row `k` holds around sample ``(k + 0.5) * hop``. Its
        impulse response must die away within ``2 * (n_bins - 1) - 4 * hop`` samples.
    hop
        Samples from frame to frame.
    """
    n_fft, size = 2 * (responses.shape[1] - 1), 4 * hop
    window = get_window("hann", size) / 2  # four overlapping windows sum to one
    # Two more frames at either end, so that four windows overlap there too.
    responses = np.pad(responses, ((2, 2), (0, 0)), mode="edge")
    before = (size - hop) // 2 + 2 * hop
    padded = np.pad(x, (before, size + len(responses) * hop))
    frames = sliding_window_view(padded, size)[::hop][: len(responses)]
    filtered = np.zeros((len(responses), n_fft))
    heard = frames.any(axis=1)  # silence stays silence
    spectra = np.fft.rfft(frames[heard] * window, n_fft, axis=1)
    filtered[heard] = np.fft.irfft(spectra * responses[heard], axis=1)
    return overlap_add(filtered, hop=hop)[before:][: len(x)]


@lru_cache(maxsize=8)
def mel_bank(n_bands: int, n_fft: int, *, rate: int = SAMPLE_RATE) -> np.ndarray:
    """Triangles of height 1, evenly wide on the mel scale: ``(n_bands, n_bins)``."""
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, n_bands + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(n_fft, 1 / rate)
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    bank = np.maximum(0, np.minimum(rise, fall))
    bank.setflags(write=False)
    return bank
