"""M07: a sum of harmonics below, shaped noise above and between."""

from __future__ import annotations

import numpy as np

from antispoof.corpora.synthetic.frames import istft, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 2048, 512
_SAMPLE_TO_BIN = _N_FFT / 16_000


def harmonics_plus_noise(
    performance: Performance, rng: np.random.Generator
) -> np.ndarray:
    """Harmonics up to 3 to 5 kHz whose amplitudes follow the spectrum and whose
    phases all start together; the rest is noise (Stylianou, 2001).
    """
    x, f0 = performance.waveform, performance.f0
    magnitudes = np.abs(stft(x, n_fft=_N_FFT, hop=_HOP))
    border = rng.uniform(3000, 5000)
    times = np.arange(len(magnitudes)) * _HOP
    samples = np.arange(len(x))
    voicing = np.repeat(np.minimum(performance.tracks.voicing * 4, 1), 80)
    phase = 2 * np.pi * np.cumsum(f0) / 16_000
    frame_f0 = np.interp(times, samples, f0)
    rows = np.arange(len(magnitudes))
    tones = np.zeros(len(x))
    for harmonic in range(1, int(border / f0.min()) + 1):
        frequency = harmonic * frame_f0
        low = np.minimum((frequency * _SAMPLE_TO_BIN).astype(int), _N_FFT // 2 - 1)
        part = np.minimum(frequency * _SAMPLE_TO_BIN - low, 1)
        amplitude = magnitudes[rows, low] * (1 - part)
        amplitude += magnitudes[rows, low + 1] * part
        amplitude *= frequency < border
        tones += np.interp(samples, times, amplitude) * np.cos(harmonic * phase)
    tones *= voicing * 4 / _N_FFT  # a Hann window's peak is n_fft / 4
    noise = rng.standard_normal(len(x))
    shaped = stft(noise, n_fft=_N_FFT, hop=_HOP) * magnitudes / np.sqrt(0.375 * _N_FFT)
    frequencies = np.arange(magnitudes.shape[1]) / _SAMPLE_TO_BIN
    voiced = np.interp(times, samples, voicing)[:, None]
    shaped *= np.where(frequencies < border, 1 - voiced, 1.0)
    return tones + istft(shaped, hop=_HOP, length=len(x))
