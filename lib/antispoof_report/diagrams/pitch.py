"""The fundamental frequency of a voice, for drawing it into a spectrogram.

Peak of the autocorrelation, divided by that of the window: the core of P. Boersma,
"Accurate short-term analysis of the fundamental frequency", IFA Proceedings 17
(1993), without its search for the best path. Good for a figure, not for phonetics.
"""

from __future__ import annotations

import numpy as np

from antispoof.constants import SAMPLE_RATE

FRAME = 640  # samples: 40 ms hold three periods of the deepest voice below
HOP = 160
VOICED = 0.5  # least normalised autocorrelation of a voiced frame
QUIET = 0.05  # of the loudest frame's amplitude; below it nobody speaks
OCTAVE_COST = 0.02  # per octave: among equal peaks, the shortest period is the pitch


def fundamental(
    waveform: np.ndarray, *, lowest: float = 75.0, highest: float = 400.0
) -> tuple[np.ndarray, np.ndarray]:
    """F0 along a clip.

    Parameters
    ----------
    waveform : (n,) float, 16 kHz
    lowest, highest : range of the search, in Hz

    Returns
    -------
    times : (n_frames,) seconds, at the middle of each frame
    f0 : (n_frames,) Hz, NaN where there is no voice
    """
    if len(waveform) < FRAME:
        waveform = np.pad(waveform, (0, FRAME - len(waveform)))
    frames = np.lib.stride_tricks.sliding_window_view(waveform, FRAME)[::HOP]
    times = (np.arange(len(frames)) * HOP + FRAME / 2) / SAMPLE_RATE
    window = np.hanning(FRAME)
    centred = frames - frames.mean(axis=1, keepdims=True)
    correlation = _autocorrelation(centred * window)
    power = np.maximum(correlation[:, :1], np.finfo(float).tiny)
    normalised = correlation / power / (_autocorrelation(window) / window.dot(window))
    lags = np.arange(int(SAMPLE_RATE / highest), int(SAMPLE_RATE / lowest) + 1)
    strength = normalised[:, lags]
    cost = OCTAVE_COST * np.log2(lags / lags[0])
    best = np.argmax(strength - cost, axis=1)
    amplitude = np.abs(centred).max(axis=1)
    voiced = strength[np.arange(len(best)), best] > VOICED
    voiced &= amplitude > QUIET * max(amplitude.max(), np.finfo(float).tiny)
    return times, np.where(voiced, SAMPLE_RATE / lags[best], np.nan)


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    """Of each frame (last axis), at lags 0 to half the frame."""
    n_fft = 2 * frames.shape[-1]
    power = np.abs(np.fft.rfft(frames, n_fft)) ** 2
    return np.fft.irfft(power, n_fft)[..., : frames.shape[-1] // 2 + 1]
