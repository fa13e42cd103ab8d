"""The recording: room, microphone, background noise and level.

Bona fide speech and fakes pass through the same, so that none of these can separate
the classes.
"""

import numpy as np
from scipy.signal import fftconvolve, lfilter

from antispoof.constants import SAMPLE_RATE


def record(
    speech: np.ndarray, place: np.random.Generator, rng: np.random.Generator
) -> np.ndarray:
    """Add a room and background noise, and set the level to about -23 dB.

    Parameters
    ----------
    speech : (n,) float, dry.
    place : of room and noise, the same for all utterances of a speaker.
    rng : of reflections, noise samples and level.
    """
    decay = place.uniform(0.08, 0.22)  # s, until the reverberation has fallen by 60 dB
    direct_to_reverberant, signal_to_noise = place.uniform((11, 42), (21, 56))  # dB
    times = np.arange(int(decay * SAMPLE_RATE)) / SAMPLE_RATE
    room = rng.standard_normal(len(times)) * 10 ** (-3 * times / decay)
    room *= 10 ** (-direct_to_reverberant / 20) / np.sqrt(np.sum(room**2))
    room[0] = 1.0
    sound = fftconvolve(speech, room)[: len(speech)]
    sound = lfilter([1, -1], [1, -0.98], sound)  # the microphone: from 50 Hz on
    sound /= np.sqrt(np.mean(sound**2))
    noise = lfilter([1], [1, -0.9], rng.standard_normal(len(sound)))
    sound += noise / noise.std() * 10 ** (-(signal_to_noise + rng.normal(0, 2)) / 20)
    sound *= 10 ** (rng.normal(-23, 1.5) / 20)
    return sound * min(1.0, 0.99 / np.abs(sound).max())
