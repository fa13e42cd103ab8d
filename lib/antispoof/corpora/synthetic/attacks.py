"""The attacks: ways to turn simulated speech into a fake of it.

No matrix product (``@``) is used: the threads of a linear algebra library can change
its last bits.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter1d

from antispoof.corpora.synthetic.voice import HOP, istft, stft


def griffin_lim(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smoothed magnitudes back to a waveform: Griffin and Lim (1984), 16 iterations."""
    magnitudes = gaussian_filter1d(np.abs(stft(waveform, 2048, 512)), 2, axis=0)
    spectra = magnitudes * np.exp(2j * np.pi * rng.random(magnitudes.shape))
    for _ in range(16):
        spectra = stft(istft(spectra, 512, len(waveform)), 2048, 512)
        spectra = spectra[:, : magnitudes.shape[1]]
        spectra *= magnitudes / np.maximum(np.abs(spectra), 1e-12)
    return istft(spectra, 512, len(waveform))


def unit_concatenation(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Units of 80 ms, each up to 30 ms from its place, faded into each other.

    Unit selection (Hunt and Black, 1996) with good targets and bad joins.
    """
    size, hop, shift = 1280, 640, 480
    padded = np.pad(waveform, (hop + shift, size + shift))
    n_units = len(waveform) // hop + 2
    starts = np.arange(n_units) * hop + rng.integers(0, 2 * shift + 1, n_units)
    units = sliding_window_view(padded, size)[starts] * np.hanning(size + 1)[:-1]
    joined = units[1:, :hop] + units[:-1, hop:]
    return joined.ravel()[: len(waveform)]


def disturbed_phases(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each phase turned by a random angle, of 23 to 46 degrees standard deviation."""
    spectra = stft(waveform, 2048, 512)
    angles = rng.normal(0, rng.uniform(0.4, 0.8), spectra.shape)
    return istft(spectra * np.exp(1j * angles), 512, len(waveform))


def oversmoothed(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Magnitudes averaged over about 30 ms, phases disturbed.

    So smooth was early statistical synthesis (Zen, Tokuda and Black, 2009, sect. 4.1).
    """
    spectra = stft(waveform, 512, HOP)
    logs = gaussian_filter1d(np.log(np.abs(spectra) + 1e-6), 3, axis=1)
    angles = np.angle(spectra) + rng.normal(0, 1, spectra.shape)
    return istft(np.exp(logs + 1j * angles), HOP, len(waveform))


class Attack(NamedTuple):
    """What an attack does, in one line, and the function that does it.

    ``apply(waveform, rng)`` returns a waveform as long as that given. ``asv_mean`` is
    the mean score that a speaker verification system gives the fakes.
    """

    title: str
    apply: Callable[[np.ndarray, np.random.Generator], np.ndarray]
    asv_mean: float


ATTACKS = {
    "M01": Attack("smoothed spectra inverted by Griffin-Lim", griffin_lim, 12),
    "M02": Attack("displaced units concatenated", unit_concatenation, 26),
    "M03": Attack("phases disturbed, magnitudes kept", disturbed_phases, 24),
    "M04": Attack("magnitudes smoothed in time, phases disturbed", oversmoothed, 2),
}
