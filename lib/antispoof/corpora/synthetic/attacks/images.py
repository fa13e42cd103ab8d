"""M12: speech inverted from a mel spectrogram at half the rate, then upsampled."""

from __future__ import annotations

import numpy as np
from scipy.signal import resample_poly

from antispoof.corpora.synthetic.attacks.mel_inversion import invert_mel
from antispoof.corpora.synthetic.frames import istft, mel_bank, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 512, 128


def upsampling_images(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """Griffin-Lim at 8 kHz, then zeros between the samples, as a transposed
    convolution leaves them: the band above 4 kHz is a mirror image of the one below,
    given the energy that belongs there (Pons, Pascual, Cengarle and Serra, 2021).
    """
    x = performance.waveform
    low = invert_mel(
        resample_poly(x, 1, 2), rng, n_fft=512, n_mels=64, n_iterations=32, rate=8000
    )
    stuffed = np.zeros(2 * len(low))
    stuffed[::2] = 2 * low
    images = stft(stuffed[: len(x)], n_fft=_N_FFT, hop=_HOP)
    wanted = stft(x, n_fft=_N_FFT, hop=_HOP)
    bank = mel_bank(int(rng.integers(12, 25)), _N_FFT)
    weights = bank / np.maximum(bank.sum(axis=0), 1e-3)
    ratios = _energies(wanted, bank) / np.maximum(_energies(images, bank), 1e-12)
    gains = np.einsum("tb,bi->ti", np.sqrt(np.minimum(ratios, 1e4)), weights)
    gains[:, : _N_FFT // 4] = 1
    return istft(images * gains, hop=_HOP, length=len(x))


def _energies(spectra: np.ndarray, bank: np.ndarray) -> np.ndarray:
    return np.einsum("ti,bi->tb", np.abs(spectra) ** 2, bank)
