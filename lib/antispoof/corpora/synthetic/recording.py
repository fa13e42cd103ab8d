"""The recording: a room, a microphone, background noise and a level.

Bona fide speech and fakes go through the same recording, so that neither room nor
noise nor loudness tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve, lfilter, sosfilt

from antispoof.constants import SAMPLE_RATE


@dataclass(frozen=True)
class Place:
    """Where somebody records, and with what."""

    decay: float  # s, until the reverberation has fallen by 60 dB
    direct_to_reverberant: float  # dB
    noise_colour: float  # pole of the background noise: 0 white, near 1 a rumble
    signal_to_noise: float  # dB, speech against background
    low_cut: float  # Hz, of the microphone
    colour_frequency: float  # Hz, where the microphone is louder or softer
    colour_gain: float  # dB, by how much


def draw_place(rng: np.random.Generator) -> Place:
    """Draw a quiet, rather dry room and a decent microphone."""
    return Place(
        decay=rng.uniform(0.08, 0.22),
        direct_to_reverberant=rng.uniform(11, 21),
        noise_colour=rng.uniform(0.85, 0.97),
        signal_to_noise=rng.uniform(42, 56),
        low_cut=rng.uniform(40, 110),
        colour_frequency=float(np.exp(rng.uniform(np.log(1500), np.log(6000)))),
        colour_gain=rng.uniform(-5, 5),
    )


def record(speech: np.ndarray, place: Place, rng: np.random.Generator) -> np.ndarray:
    """Record dry `speech` in `place`.

    Returns
    -------
    np.ndarray
        As long as `speech`; within -1 to 1, loudness as drawn from `rng`.
    """
    heard = fftconvolve(speech, _impulse_response(place, rng))[: len(speech)]
    heard = sosfilt(_microphone(place), heard)
    heard = heard / _loudness(heard)
    noise = lfilter([1], [1, -place.noise_colour], rng.standard_normal(len(heard)))
    distance = place.signal_to_noise + rng.normal(0, 2)
    noise *= 10 ** (-distance / 20) / np.sqrt(np.mean(noise**2))
    level = 10 ** (rng.normal(-23, 1.5) / 20)
    out = (heard + noise) * level
    return out * min(1.0, 0.99 / np.abs(out).max())


def _impulse_response(place: Place, rng: np.random.Generator) -> np.ndarray:
    """Direct sound, then noise that decays: new reflections at every utterance."""
    times = np.arange(int(place.decay * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(times)) * 10 ** (-3 * times / place.decay)
    tail[: int(0.002 * SAMPLE_RATE)] = 0  # nothing is nearer than 0.7 m
    tail = lfilter([0.5, 0.5], [1], tail)  # walls swallow high frequencies
    tail *= 10 ** (-place.direct_to_reverberant / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail


def _microphone(place: Place) -> np.ndarray:
    """Second-order sections: a low cut and one bell (Bristow-Johnson's cookbook)."""
    sections = []
    omega = 2 * np.pi * place.low_cut / SAMPLE_RATE
    alpha, cosine = np.sin(omega) / np.sqrt(2), np.cos(omega)
    b = np.array([(1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2])
    a = np.array([1 + alpha, -2 * cosine, 1 - alpha])
    sections.append(np.concatenate([b, a]) / a[0])
    omega = 2 * np.pi * place.colour_frequency / SAMPLE_RATE
    gain = 10 ** (place.colour_gain / 40)
    alpha, cosine = np.sin(omega) / 1.4, np.cos(omega)
    b = np.array([1 + alpha * gain, -2 * cosine, 1 - alpha * gain])
    a = np.array([1 + alpha / gain, -2 * cosine, 1 - alpha / gain])
    sections.append(np.concatenate([b, a]) / a[0])
    return np.array(sections)


def _loudness(speech: np.ndarray) -> float:
    """Root mean square of the frames (20 ms) within 30 dB of the loudest."""
    size = SAMPLE_RATE // 50
    frames = speech[: len(speech) // size * size].reshape(-1, size)
    power = np.mean(frames**2, axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() * 1e-3])))
