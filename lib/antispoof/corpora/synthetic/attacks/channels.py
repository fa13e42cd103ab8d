"""M08: a channel vocoder, the energy of some bands laid over a simple source."""

from __future__ import annotations

import numpy as np

from antispoof.corpora.synthetic.attacks.excitation import pulse_train
from antispoof.corpora.synthetic.frames import istft, mel_bank, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 2048, 512


def channel_vocoder(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """Dudley's vocoder (1939) with 18 to 24 channels: the channels' energies shape
    noise, and in voiced sounds pulses mixed with noise.
    """
    x = performance.waveform
    bank = mel_bank(int(rng.integers(18, 25)), _N_FFT)
    noise = rng.standard_normal(len(x))
    mixed = 0.9 * pulse_train(performance.closures, len(x)) + 0.45 * noise
    source = stft(np.where(performance.voiced, mixed, noise), n_fft=_N_FFT, hop=_HOP)
    wanted = _energies(stft(x, n_fft=_N_FFT, hop=_HOP), bank)
    present = _energies(source, bank)
    gains = np.sqrt(wanted / np.maximum(present, 1e-12))
    gains = np.einsum("tb,bi->ti", gains, bank)
    return istft(source * gains, hop=_HOP, length=len(x))


def _energies(spectra: np.ndarray, bank: np.ndarray) -> np.ndarray:
    return np.einsum("ti,bi->tb", np.abs(spectra) ** 2, bank)
