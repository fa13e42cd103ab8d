"""M04: half-phones cut from several recordings of the sentence and glued together."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from antispoof.minicorpus.performance import Performance, perform
from antispoof.minicorpus.voice import SAMPLES_PER_FRAME

_FADE = 16  # samples, of the glue
_OTHER_REGISTERS = (0.82, 1.22)  # pitch of two more takes


def unit_concatenation(
    performance: Performance, rng: np.random.Generator
) -> np.ndarray:
    """Units from the middle of a sound to the middle of a later one, each from
    another take than the one before. The takes were spoken at another pitch and
    loudness, so that melody and timbre jump at the joins.
    """
    speaker = performance.speaker
    takes = [performance]
    for register in _OTHER_REGISTERS:
        voice = replace(speaker, f0=speaker.f0 * register)
        takes.append(perform(performance.sentence, voice, rng))
    gains = 10 ** (rng.permutation([-5.0, 0.0, 5.0]) / 20)
    cuts = [_cut_points(take) for take in takes]
    n_cuts = len(cuts[0])
    joins = 1 + np.flatnonzero(rng.random(n_cuts - 2) < 0.8)
    out = np.zeros(0)
    used = rng.integers(len(takes))
    for first, last in pairwise([0, *joins, n_cuts - 1]):
        start, end = cuts[used][first], cuts[used][last]
        unit = takes[used].waveform[max(start - _FADE, 0) : end] * gains[used]
        out = _glue(out, unit)
        used = (used + rng.integers(1, len(takes))) % len(takes)
    return out


def _cut_points(take: Performance) -> np.ndarray:
    """Sample at the middle of each spoken segment; the start and end of the file.

    Pauses and breaths differ between takes, so only spoken segments are counted.
    """
    starts = take.timing.starts * SAMPLES_PER_FRAME
    spoken = [k for first, last in take.timing.phrases for k in range(first, last)]
    middles = [(starts[k] + starts[k + 1]) // 2 for k in spoken]
    return np.array([0, *middles, starts[-1]])


def _glue(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if len(left) < _FADE:
        return right
    ramp = np.linspace(0, 1, _FADE)
    joint = left[-_FADE:] * (1 - ramp) + right[:_FADE] * ramp
    return np.concatenate([left[:-_FADE], joint, right[_FADE:]])
