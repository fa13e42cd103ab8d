"""A simulated voice: pulses and noise through moving resonances (source and filter).

A cascade formant synthesiser in the manner of Klatt (1980). The syllables mean nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy import signal
from scipy.ndimage import gaussian_filter1d

from antispoof.constants import SAMPLE_RATE

HOP = 80  # samples per frame: 5 ms
N_FFT = 512

# Formants 1 to 3 in Hz of i, e, ae, a, o, u, er: Peterson and Barney (1952), rounded.
VOWELS = np.array(
    [[270, 530, 660, 730, 570, 300, 490],
     [2290, 1840, 1720, 1090, 840, 870, 1350],
     [3010, 2480, 2410, 2440, 2410, 2240, 1690]]
).T  # fmt: skip
# Each is a list of segments: milliseconds, formants, voicing, hiss, its centre in Hz.
# Strengths are relative to the voicing of a vowel.
LABIAL, ALVEOLAR = (300, 900, 2300), (300, 1750, 2600)
CONSONANTS = [
    [(70, *LABIAL, 0.35, 0, 4000)],  # m
    [(105, *ALVEOLAR, 0, 0.7, 6000)],  # s
    [(95, *LABIAL, 0, 0.2, 5500)],  # f
    [(80, *ALVEOLAR, 0.35, 0.4, 6000)],  # z
    [(60, *LABIAL, 0, 0, 1000), (15, *LABIAL, 0, 0.9, 1000)],  # p
    [(60, *ALVEOLAR, 0, 0, 4500), (25, *ALVEOLAR, 0, 0.9, 4500)],  # t
]
SILENCE = (500, 1500, 2500, 0, 0, 4000)
UPPER_FORMANTS = np.array([3500, 4500, 5500, 6500])  # Hz; they do not move


@dataclass(frozen=True)
class Speaker:
    """What stays the same in all that one person says."""

    f0: float  # Hz
    formant_scale: float  # 1 for an adult male vocal tract, larger for a shorter one
    jitter: float  # standard deviation of a period, relative


def draw_speaker(rng: np.random.Generator) -> Speaker:
    """Draw a speaker, with a long or a short vocal tract with equal chances."""
    f0, formant_scale = ((118, 1.0), (205, 1.16))[rng.integers(2)]
    return Speaker(
        f0=f0 * np.exp(rng.normal(0, 0.11)),
        formant_scale=formant_scale * rng.uniform(0.94, 1.06),
        jitter=rng.uniform(0.004, 0.014),
    )


def speak(speaker: Speaker, rng: np.random.Generator) -> np.ndarray:
    """Speak 0.7 to 4 s of random syllables between two silences.

    Returns
    -------
    Waveform ``(n,)`` at 16 kHz, dry and of no fixed level.
    """
    frames = _draw_frames(rng)
    n_frames, n_samples = len(frames), len(frames) * HOP
    # Coarticulation: each target is approached and left within about 50 ms.
    formants = gaussian_filter1d(frames[:, :3], 4, axis=0) * speaker.formant_scale
    formants *= np.exp(0.02 * _wander(rng, (n_frames, 3), seconds=0.05))
    strengths = gaussian_filter1d(frames[:, 3:5], 1, axis=0)
    strengths *= np.exp(0.2 * _wander(rng, (n_frames, 1), seconds=0.15))
    voicing, hiss = np.repeat(strengths, HOP, axis=0).T
    melody = 0.12 * _wander(rng, n_frames, seconds=0.12)
    f0 = speaker.f0 * np.exp(melody + np.linspace(0.15, -0.15, n_frames))
    source = _pulses(np.repeat(f0, HOP), speaker.jitter, rng)
    # Glottal flow and radiation at the lips: -6 dB per octave, -12 above 4 kHz.
    source = 0.2 * signal.lfilter([0.8], np.convolve([1, -0.96], [1, -0.2]), source)
    source += 0.03 * rng.standard_normal(n_samples)  # breath
    voiced = stft(source * voicing, N_FFT, HOP)
    noise = stft(0.25 * rng.standard_normal(n_samples) * hiss, N_FFT, HOP)
    # Spectra are centred on the edges of the frames: there is one more.
    formants = np.concatenate([formants, formants[-1:]])
    centre = np.append(frames[:, 5], frames[-1, 5])
    bins = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE)[:, None]
    noise *= np.exp(-0.5 * ((bins - centre) / 1300) ** 2)
    z = np.exp(-2j * np.pi * bins / SAMPLE_RATE)
    for frequency in (*formants.T, *UPPER_FORMANTS * speaker.formant_scale):
        radius = np.exp(-np.pi * (50 + frequency / 20) / SAMPLE_RATE)
        a1 = -2 * radius * np.cos(2 * np.pi * frequency / SAMPLE_RATE)
        # Two poles, of gain 1 at 0 Hz.
        voiced *= (1 + a1 + radius**2) / (1 + a1 * z + radius**2 * z**2)
    return istft(noise + voiced, HOP, n_samples)


def stft(x: np.ndarray, n_fft: int, hop: int) -> np.ndarray:
    """Hann-windowed centred spectra ``(n_bins, n_frames)`` of ``(n,)``."""
    return signal.stft(x, nperseg=n_fft, noverlap=n_fft - hop)[2]


def istft(spectra: np.ndarray, hop: int, length: int) -> np.ndarray:
    """Least-squares inverse of `stft` (Griffin and Lim, 1984, eq. 6): ``(length,)``."""
    n_fft = 2 * (len(spectra) - 1)
    x = signal.istft(spectra, nperseg=n_fft, noverlap=n_fft - hop)[1][:length]
    return np.pad(x, (0, length - len(x)))


def _draw_frames(rng: np.random.Generator) -> np.ndarray:
    """Syllables ``(n_frames, 6)``: what a segment has but its length, per frame."""
    rows = [(rng.uniform(120, 650), *SILENCE)]
    end = rows[0][0] + 1000 * np.clip(np.exp(rng.normal(np.log(1.9), 0.4)), 0.7, 4.0)
    while sum(row[0] for row in rows) < end:
        if rng.random() < 0.12:
            rows.append((rng.uniform(60, 350), *SILENCE))
        rows += CONSONANTS[rng.integers(len(CONSONANTS))]
        rows.append((rng.uniform(80, 160), *rng.choice(VOWELS), 1, 0, 4000))
    rows.append((rng.uniform(120, 500), *SILENCE))
    table = np.array(rows)
    ends = np.rint(np.cumsum(table[:, 0]) * SAMPLE_RATE / HOP / 1000).astype(int)
    return np.repeat(table[:, 1:], np.diff(ends, prepend=0), axis=0)


def _pulses(f0: np.ndarray, jitter: float, rng: np.random.Generator) -> np.ndarray:
    """One pulse per period of `f0` ``(n,)``, irregular in time and height."""
    phase = np.cumsum(f0) / SAMPLE_RATE
    times = np.interp(np.arange(1, int(phase[-1])), phase, np.arange(len(f0)))
    periods = np.gradient(times)
    in_time, in_height = jitter * rng.standard_normal((2, len(times)))
    places = np.rint(times + in_time * periods).astype(int).clip(0, len(f0) - 1)
    return np.bincount(places, np.sqrt(periods) * np.exp(5 * in_height), len(f0))


def _wander(rng: np.random.Generator, shape, *, seconds: float) -> np.ndarray:
    """Slow random movement along the first axis, of standard deviation about 1."""
    width = seconds * SAMPLE_RATE / HOP
    noise = gaussian_filter1d(rng.standard_normal(shape), width, axis=0)
    return noise * np.sqrt(2 * np.sqrt(np.pi) * width)
