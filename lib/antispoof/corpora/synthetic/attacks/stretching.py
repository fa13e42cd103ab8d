"""M05: another pitch and another tempo, by a phase vocoder."""

from __future__ import annotations

import numpy as np
from scipy.signal import resample

from antispoof.corpora.synthetic.frames import istft, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 2048, 512


def pitch_and_duration(
    performance: Performance, rng: np.random.Generator
) -> np.ndarray:
    """Pitch and tempo each up or down by 5 to 15 %: frames set further apart or
    nearer with their phases turned on (Flanagan and Golden, 1966), then resampled.
    """
    x = performance.waveform
    pitch, tempo = np.exp(rng.choice([-1, 1], 2) * rng.uniform(0.05, 0.15, 2))
    spectra = stft(x, n_fft=_N_FFT, hop=_HOP)
    times = np.arange(0, len(spectra) - 1, tempo / pitch)
    whole = times.astype(int)
    part = (times - whole)[:, None]
    magnitudes = np.abs(spectra)
    magnitudes = magnitudes[whole] * (1 - part) + magnitudes[whole + 1] * part
    # A bin's phase grows by its centre's rate and the deviation from it.
    rate = 2 * np.pi * _HOP * np.arange(spectra.shape[1]) / _N_FFT
    growth = np.angle(spectra[whole + 1] * np.conj(spectra[whole])) - rate
    growth += rate - 2 * np.pi * np.rint(growth / (2 * np.pi))
    phases = np.angle(spectra[0]) + np.cumsum(growth, axis=0) - growth[0]
    length = len(times) * _HOP
    stretched = istft(magnitudes * np.exp(1j * phases), hop=_HOP, length=length)
    return resample(stretched, round(length / pitch))
