"""M01: a mel spectrogram made audible again, its phases found by Griffin and Lim."""

from __future__ import annotations

import numpy as np

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.synthetic.frames import istft, mel_bank, stft
from antispoof.corpora.synthetic.performance import Performance


def griffin_lim(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """60 mel bands over windows of 128 ms, inverted in 16 to 32 iterations."""
    return invert_mel(
        performance.waveform,
        rng,
        n_fft=2048,
        n_mels=60,
        n_iterations=int(rng.integers(16, 33)),
    )


def invert_mel(
    x: np.ndarray,
    rng: np.random.Generator,
    *,
    n_fft: int,
    n_mels: int,
    n_iterations: int,
    rate: int = SAMPLE_RATE,
) -> np.ndarray:
    """Mel bands to magnitudes, then phases that fit each other better and better.

    Griffin and Lim (1984), with the momentum of Perraudin, Balazs and Sondergaard
    (2013).
    """
    hop = n_fft // 4
    bank = mel_bank(n_mels, n_fft, rate=rate)
    widths, overlaps = bank.sum(axis=1), np.maximum(bank.sum(axis=0), 1e-3)
    # einsum, unlike @, never leaves the order of its sums to a threaded library.
    bands = np.einsum("ti,bi->tb", np.abs(stft(x, n_fft=n_fft, hop=hop)), bank)
    magnitudes = np.einsum("tb,bi->ti", bands / widths, bank) / overlaps
    phases = np.exp(2j * np.pi * rng.random(magnitudes.shape))
    previous = np.zeros_like(phases)
    for _ in range(n_iterations):
        y = istft(magnitudes * phases, hop=hop, length=len(x))
        rebuilt = stft(y, n_fft=n_fft, hop=hop)
        phases = rebuilt + 0.99 * (rebuilt - previous)
        phases /= np.maximum(np.abs(phases), 1e-12)
        previous = rebuilt
    return istft(magnitudes * phases, hop=hop, length=len(x))
