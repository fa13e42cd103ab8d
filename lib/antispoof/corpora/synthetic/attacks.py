"""The attacks: ways to turn simulated speech into a fake of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter1d

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.synthetic import voice
from antispoof.corpora.synthetic.spectra import from_mel, istft, mel_bank, stft, to_mel
from antispoof.corpora.synthetic.voice import HOP, Utterance


@dataclass(frozen=True)
class Attack:
    """What an attack does, in one line, and the function that does it.

    ``apply(utterance, rng)`` returns a waveform as long as that of the utterance.
    ``asv_mean`` is the mean score that a speaker verification system gives the fakes.
    """

    title: str
    apply: Callable[[Utterance, np.random.Generator], np.ndarray]
    asv_mean: float


def griffin_lim(utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
    """Mel bands back to a waveform: Griffin and Lim (1984), 16 to 32 iterations."""
    length, n_fft, hop = len(utterance.waveform), 2048, 512
    bank = mel_bank(60, n_fft)
    magnitudes = np.abs(stft(utterance.waveform, n_fft, hop))
    magnitudes = from_mel(to_mel(magnitudes, bank), bank)
    spectra = magnitudes * np.exp(2j * np.pi * rng.random(magnitudes.shape))
    for _ in range(rng.integers(16, 33)):
        spectra = stft(istft(spectra, hop, length), n_fft, hop)[:, : spectra.shape[1]]
        spectra *= magnitudes / np.maximum(np.abs(spectra), 1e-12)
    return istft(spectra, hop, length)


def unit_concatenation(utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
    """Units of 80 ms, each up to 30 ms from its place, faded into each other.

    Unit selection (Hunt and Black, 1996) with good targets and bad joins.
    """
    size, hop, shift = 1280, 640, 480
    padded = np.pad(utterance.waveform, (hop + shift, size + shift))
    n_units = len(utterance.waveform) // hop + 2
    starts = np.arange(n_units) * hop + rng.integers(0, 2 * shift + 1, n_units)
    window = np.hanning(size + 1)[:-1]
    units = sliding_window_view(padded, size)[starts] * window
    joined = units[1:, :hop] + units[:-1, hop:]
    return joined.ravel()[: len(utterance.waveform)]


def oversmoothed(utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
    """Synthesis from tracks averaged over 45 to 70 ms, with a steady voice.

    Early statistical synthesis did so (Zen, Tokuda and Black, 2009, section 4.1).
    """
    width = rng.uniform(0.045, 0.07) * SAMPLE_RATE / HOP
    smooth = (gaussian_filter1d(track, width, axis=0) for track in utterance.tracks)
    fake = voice.render(voice.Tracks(*smooth), utterance.speaker, rng, steady=True)
    return fake.waveform


def channel_vocoder(utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
    """18 to 24 band energies imposed on pulses or noise (Dudley, 1939)."""
    n_fft, hop = 2048, 512
    bank = mel_bank(int(rng.integers(18, 25)), n_fft)
    length = len(utterance.waveform)
    voiced = np.repeat(utterance.tracks.voicing > 0.1, HOP)
    pulses = voice.pulse_train(utterance.pulses, length)
    noise = rng.standard_normal(length)
    source = stft(np.where(voiced, pulses, noise), n_fft, hop)
    wanted = to_mel(np.abs(stft(utterance.waveform, n_fft, hop)) ** 2, bank)
    present = to_mel(np.abs(source) ** 2, bank)
    gains = from_mel(np.sqrt(wanted / np.maximum(present, 1e-15)), bank)
    return istft(source * gains, hop, length)


def random_phases(utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
    """Every phase turned by a random angle of 70 to 110 degrees of spread."""
    spectra = stft(utterance.waveform, 2048, 512)
    angles = rng.normal(0, rng.uniform(1.2, 2.0), spectra.shape)
    return istft(spectra * np.exp(1j * angles), 512, len(utterance.waveform))


def voice_conversion(utterance: Utterance, rng: np.random.Generator) -> np.ndarray:
    """Spectral envelope moved by 10 to 20 % in frequency and smoothed in time."""
    n_fft, hop = 512, 128
    spectra = stft(utterance.waveform, n_fft, hop)
    bank = mel_bank(40, n_fft)
    envelope = np.log(from_mel(to_mel(np.abs(spectra), bank), bank) + 1e-6)
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.1, 0.2))
    bins = np.rint(np.arange(len(envelope)) * factor).astype(int)
    converted = envelope[np.minimum(bins, len(envelope) - 1)]
    width = rng.uniform(0.016, 0.028) * SAMPLE_RATE / hop
    converted = gaussian_filter1d(converted, width, axis=1)
    spectra *= np.exp(converted - envelope)
    return istft(spectra, hop, len(utterance.waveform))


ATTACKS: dict[str, Attack] = {
    "M01": Attack("mel spectrogram inverted by Griffin-Lim", griffin_lim, 20),
    "M02": Attack("channel vocoder, pulses or noise", channel_vocoder, 12),
    "M03": Attack("displaced units concatenated", unit_concatenation, 26),
    "M04": Attack("phases randomised, magnitudes kept", random_phases, 24),
    "M05": Attack("synthesis from oversmoothed parameters", oversmoothed, 2),
    "M06": Attack("spectral envelope of another voice", voice_conversion, -14),
}
