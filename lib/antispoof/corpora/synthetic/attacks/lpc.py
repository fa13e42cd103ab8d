"""M02: a linear-prediction vocoder, pulses or noise through an all-pole filter."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import get_window

from antispoof.corpora.synthetic.attacks.excitation import pulse_train
from antispoof.corpora.synthetic.frames import filter_by_frames
from antispoof.corpora.synthetic.performance import Performance

_HOP, _WINDOW, _N_FFT, _ORDER = 320, 800, 4096, 12


def lpc_vocoder(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """Predictor of order 12 every 20 ms; each sample is either pulse or noise."""
    x = performance.waveform
    padded = np.pad(x, _WINDOW // 2)
    frames = sliding_window_view(padded, _WINDOW)[_HOP // 2 :: _HOP][: len(x) // _HOP]
    power = np.abs(np.fft.rfft(frames * get_window("hann", _WINDOW), _N_FFT)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, : _ORDER + 1]
    # A noise floor 50 dB down keeps the predictor stable in silence.
    correlation[:, 0] = correlation[:, 0] * 1.00001 + 1e-9
    predictor, error = levinson(correlation)
    responses = np.sqrt(error)[:, None] / np.fft.rfft(predictor, _N_FFT, axis=1)
    excitation = np.where(
        performance.voiced,
        pulse_train(performance.closures, len(x)),
        rng.standard_normal(len(x)),
    )
    return filter_by_frames(excitation, responses, hop=_HOP)


def levinson(correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Predictors ``(n, order + 1)`` and error powers ``(n,)`` of rows of correlations.

    Levinson and Durbin's recursion, all rows at once.
    """
    n_rows, size = correlation.shape
    predictor = np.zeros((n_rows, size))
    predictor[:, 0] = 1.0
    error = correlation[:, 0].copy()
    for order in range(1, size):
        back = correlation[:, order:0:-1]
        reflection = -np.sum(predictor[:, :order] * back, axis=1) / error
        predictor[:, 1 : order + 1] += (
            reflection[:, None] * predictor[:, order - 1 :: -1][:, :order]
        )
        error *= 1 - reflection**2
    return predictor, error
