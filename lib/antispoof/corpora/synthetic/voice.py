"""A simulated voice: pulses and noise through moving resonances (source and filter).

A cascade formant synthesiser in the manner of Klatt (1980). The syllables mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.synthetic.spectra import istft, stft

HOP = 80  # samples per frame of the tracks: 5 ms
N_FFT = 512

# Formants 1 to 3 in Hz of i, e, ae, a, o, u, er: Peterson and Barney (1952), rounded.
VOWELS = np.array(
    [[270, 530, 660, 730, 570, 300, 490],
     [2290, 1840, 1720, 1090, 840, 870, 1350],
     [3010, 2480, 2410, 2440, 2410, 2240, 1690]]
).T  # fmt: skip
# Each is a list of segments: milliseconds, formants, voicing, hiss, its centre in Hz.
# Strengths are relative to the voicing of a vowel.
LABIAL, ALVEOLAR, VELAR = (300, 900, 2300), (300, 1750, 2600), (280, 2000, 2300)
CONSONANTS = [
    [(70, *LABIAL, 0.35, 0, 4000)],  # m
    [(65, *ALVEOLAR, 0.35, 0, 4000)],  # n
    [(105, *ALVEOLAR, 0, 0.7, 6000)],  # s
    [(110, *ALVEOLAR, 0, 0.7, 3300)],  # sh
    [(95, *LABIAL, 0, 0.2, 5500)],  # f
    [(80, *ALVEOLAR, 0.35, 0.4, 6000)],  # z
    [(60, *LABIAL, 0, 0, 1000), (15, *LABIAL, 0, 0.9, 1000)],  # p
    [(60, *ALVEOLAR, 0, 0, 4500), (25, *ALVEOLAR, 0, 0.9, 4500)],  # t
    [(60, *VELAR, 0, 0, 2100), (25, *VELAR, 0, 0.9, 2100)],  # k
]
SILENCE = (500, 1500, 2500, 0, 0, 4000)
UPPER_FORMANTS = np.array([3500, 4500, 5500, 6500])  # Hz; they do not move


class Tracks(NamedTuple):
    """What the voice does, one row per frame of 5 ms."""

    f0: np.ndarray  # Hz, defined in silence too
    voicing: np.ndarray
    hiss: np.ndarray
    centre: np.ndarray  # Hz, of the hiss
    formants: np.ndarray  # Hz (n_frames, 3)


@dataclass(frozen=True)
class Speaker:
    """What stays the same in all that one person says."""

    f0: float  # Hz
    formant_scale: float  # 1 for an adult male vocal tract, larger for a shorter one
    jitter: float  # standard deviation of a period, relative


@dataclass(frozen=True)
class Utterance:
    """A dry waveform and how it was made.

    An attack may use the tracks: it then models an attacker whose analysis of
    pitch and voicing makes no errors.
    """

    speaker: Speaker
    tracks: Tracks
    waveform: np.ndarray  # (n_frames * 80,) at 16 kHz, no fixed level
    pulses: np.ndarray  # times of the glottal pulses, in samples


def draw_speaker(rng: np.random.Generator) -> Speaker:
    """Draw a speaker, with a long or a short vocal tract with equal chances."""
    f0, formant_scale = ((118, 1.0), (205, 1.16))[rng.integers(2)]
    return Speaker(
        f0=f0 * np.exp(rng.normal(0, 0.11)),
        formant_scale=formant_scale * rng.uniform(0.94, 1.06),
        jitter=rng.uniform(0.004, 0.014),
    )


def speak(speaker: Speaker, rng: np.random.Generator) -> Utterance:
    """Draw 0.7 to 4 s of syllables between two silences, and speak them."""
    rows = [(rng.uniform(120, 650), *SILENCE)]
    end = rows[0][0] + 1000 * np.clip(np.exp(rng.normal(np.log(1.9), 0.4)), 0.7, 4.0)
    while sum(row[0] for row in rows) < end:
        if rng.random() < 0.12:
            rows.append((rng.uniform(60, 350), *SILENCE))
        vowel = (rng.uniform(80, 160), *rng.choice(VOWELS), 1, 0, 4000)
        tempo = np.exp(rng.normal(0, 0.2))
        syllable = [*CONSONANTS[rng.integers(len(CONSONANTS))], vowel]
        rows += [(row[0] * tempo, *row[1:]) for row in syllable]
    rows.append((rng.uniform(120, 500), *SILENCE))
    table = np.array(rows)
    ends = np.rint(np.cumsum(table[:, 0]) * SAMPLE_RATE / HOP / 1000).astype(int)
    frames = np.repeat(table[:, 1:], np.diff(ends, prepend=0), axis=0)
    n_frames = len(frames)
    # Coarticulation: each target is approached and left within about 50 ms.
    formants = gaussian_filter1d(frames[:, :3], 4, axis=0) * speaker.formant_scale
    formants *= np.exp(0.02 * _wander(rng, (n_frames, 3), seconds=0.05))
    strengths = gaussian_filter1d(frames[:, 3:5], 1, axis=0)
    strengths *= np.exp(0.2 * _wander(rng, (n_frames, 1), seconds=0.15))
    melody = 0.12 * _wander(rng, n_frames, seconds=0.12)
    melody += 0.015 * _wander(rng, n_frames, seconds=0.03)
    f0 = speaker.f0 * np.exp(melody + np.linspace(0.15, -0.15, n_frames))
    centre = gaussian_filter1d(frames[:, 5], 2)
    return render(Tracks(f0, *strengths.T, centre, formants), speaker, rng)


def render(
    tracks: Tracks, speaker: Speaker, rng: np.random.Generator, *, steady: bool = False
) -> Utterance:
    """Turn tracks into sound; a `steady` voice has neither jitter nor shimmer."""
    n_samples = len(tracks.f0) * HOP
    phase = np.cumsum(np.repeat(tracks.f0, HOP)) / SAMPLE_RATE
    pulses = np.interp(np.arange(1, int(phase[-1])), phase, np.arange(n_samples))
    jitter, shimmer = rng.standard_normal((2, len(pulses))) * (not steady)
    pulses += jitter * speaker.jitter * np.gradient(pulses)
    source = pulse_train(pulses, n_samples, np.exp(5 * speaker.jitter * shimmer))
    # Glottal flow and radiation at the lips: -6 dB per octave, -12 above 4 kHz.
    source = 0.2 * lfilter([0.8], np.convolve([1, -0.96], [1, -0.2]), source)
    source += 0.03 * rng.standard_normal(n_samples)  # breath
    source *= np.repeat(tracks.voicing, HOP)
    noise = 0.25 * rng.standard_normal(n_samples) * np.repeat(tracks.hiss, HOP)
    # Spectra are centred on the edges of the frames: there is one more.
    *_, centre, formants = (np.concatenate([x, x[-1:]]) for x in tracks)
    bins = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE)[:, None]
    spectra = stft(noise, N_FFT, HOP) * np.exp(-0.5 * ((bins - centre) / 1300) ** 2)
    voiced = stft(source, N_FFT, HOP)
    z = np.exp(-2j * np.pi * bins / SAMPLE_RATE)
    for frequency in (*formants.T, *UPPER_FORMANTS * speaker.formant_scale):
        radius = np.exp(-np.pi * (50 + frequency / 20) / SAMPLE_RATE)
        a1 = -2 * radius * np.cos(2 * np.pi * frequency / SAMPLE_RATE)
        # Two poles, of gain 1 at 0 Hz.
        voiced *= (1 + a1 + radius**2) / (1 + a1 * z + radius**2 * z**2)
    return Utterance(speaker, tracks, istft(spectra + voiced, HOP, n_samples), pulses)


def pulse_train(times: np.ndarray, length: int, heights=1.0) -> np.ndarray:
    """Pulses of mean power 1 at fractional samples, by linear interpolation."""
    inside = (times >= 0) & (times < length - 1)
    heights = (np.sqrt(np.gradient(times)) * heights)[inside]
    part, whole = np.modf(times[inside])
    whole = whole.astype(int)
    train = np.bincount(whole, heights * (1 - part), length)
    return train + np.bincount(whole + 1, heights * part, length)


def _wander(rng: np.random.Generator, shape, *, seconds: float) -> np.ndarray:
    """Slow random movement along the first axis, of standard deviation about 1."""
    width = seconds * SAMPLE_RATE / HOP
    noise = gaussian_filter1d(rng.standard_normal(shape), width, axis=0)
    return noise * np.sqrt(2 * np.sqrt(np.pi) * width)
