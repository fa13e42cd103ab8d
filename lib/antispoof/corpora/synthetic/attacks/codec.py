"""M10: a codec of very low rate, most of its spectrum sent as noise."""

from __future__ import annotations

import numpy as np

from antispoof.corpora.synthetic.frames import istft, mel_bank, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP, _N_BANDS = 1024, 512, 32


def coarse_codec(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """Windows of 64 ms; each band's level is sent in steps of 4 to 6 dB, its bins in
    few steps relative to it; what rounds to nothing is filled with noise, as
    perceptual noise substitution does (Herre and Schultz, 1998).
    """
    x = performance.waveform
    spectra = stft(x, n_fft=_N_FFT, hop=_HOP)
    bank = mel_bank(_N_BANDS, _N_FFT)
    energies = np.einsum("ti,bi->tb", np.abs(spectra) ** 2, bank) / bank.sum(axis=1)
    step = rng.uniform(4, 6)
    sent = np.rint(10 * np.log10(energies + 1e-10) / step) * step
    weights = bank / np.maximum(bank.sum(axis=0), 1e-3)
    levels = 10 ** (np.einsum("tb,bi->ti", sent, weights) / 20)
    coarseness = rng.uniform(1.5, 2.5)
    bins = spectra / levels / coarseness
    coarse = np.rint(bins.real) + 1j * np.rint(bins.imag)
    noise = rng.standard_normal((2, *bins.shape)) * 0.2
    filled = np.where(coarse == 0, noise[0] + 1j * noise[1], coarse)
    return istft(filled * coarseness * levels, hop=_HOP, length=len(x))
