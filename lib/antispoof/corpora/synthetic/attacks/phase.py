"""M03: every magnitude kept, every phase shaken."""

from __future__ import annotations

import numpy as np

from antispoof.corpora.synthetic.frames import istft, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 2048, 512


def phase_randomisation(
    performance: Performance, rng: np.random.Generator
) -> np.ndarray:
    """Add to each phase a random angle of about a right angle's spread."""
    spectra = stft(performance.waveform, n_fft=_N_FFT, hop=_HOP)
    angles = rng.normal(0, rng.uniform(1.2, 2.0), spectra.shape)
    return istft(
        spectra * np.exp(1j * angles), hop=_HOP, length=len(performance.waveform)
    )
