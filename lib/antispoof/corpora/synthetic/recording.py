"""The recording: room, microphone, background noise and level.

Bona fide speech and fakes pass through the same, so that none of these can separate
the classes.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve, lfilter

from antispoof.constants import SAMPLE_RATE


def record(
    speech: np.ndarray, place: np.random.Generator, rng: np.random.Generator
) -> np.ndarray:
    """Record dry `speech` ``(n,)``: ``(n,)`` within -1 to 1, at a level near -23 dB.

    Room, microphone and noise are drawn from `place`, which is the same for all
    utterances of a speaker; reflections, noise samples and level from `rng`.
    """
    decay = place.uniform(0.08, 0.22)  # s, until the reverberation has fallen by 60 dB
    direct_to_reverberant, signal_to_noise = place.uniform((11, 42), (21, 56))  # dB
    noise_pole = place.uniform(0.85, 0.97)  # 0 for white noise, near 1 for a rumble
    microphone_tilt = place.uniform(-0.3, 0.3)  # above 0 it favours high frequencies
    times = np.arange(int(decay * SAMPLE_RATE)) / SAMPLE_RATE
    room = rng.standard_normal(len(times)) * 10 ** (-3 * times / decay)
    room[: int(0.002 * SAMPLE_RATE)] = 0  # no wall is nearer than 0.3 m
    room *= 10 ** (-direct_to_reverberant / 20) / np.sqrt(np.sum(room**2))
    room[0] = 1.0
    sound = fftconvolve(speech, room)[: len(speech)]
    # The microphone also cuts frequencies below 50 Hz.
    sound = lfilter(np.convolve([1, -1], [1, -microphone_tilt]), [1, -0.98], sound)
    power = np.mean(sound[: len(sound) // 320 * 320].reshape(-1, 320) ** 2, axis=1)
    sound /= np.sqrt(np.mean(power[power > 1e-3 * power.max()]))  # silences left out
    noise = lfilter([1], [1, -noise_pole], rng.standard_normal(len(sound)))
    noise /= np.sqrt(np.mean(noise**2))
    sound += noise * 10 ** (-(signal_to_noise + rng.normal(0, 2)) / 20)
    sound *= 10 ** (rng.normal(-23, 1.5) / 20)
    return sound * min(1.0, 0.99 / np.abs(sound).max())
