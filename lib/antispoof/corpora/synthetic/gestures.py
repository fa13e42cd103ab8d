"""From a sentence to the movements that speak it: control tracks, one row per 5 ms.

Targets of neighbouring segments run into each other (coarticulation): a step at each
boundary, smoothed by a bell as wide as the articulator is slow.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from antispoof.corpora.synthetic.phones import NEUTRAL, PHONES, Phrase, Segment
from antispoof.corpora.synthetic.speaker import Speaker

FRAMES_PER_SECOND = 200
N_FORMANTS = 5

_LOUDNESS = ("voicing", "aspiration", "frication")
_UPPER_FORMANTS = (3500.0, 4500.0)  # Hz, fourth and fifth: hardly move
_BANDWIDTHS = np.array([70.0, 80.0, 110.0, 170.0, 250.0])  # Hz, of formants 1 to 5


@dataclass(frozen=True)
class Tracks:
    """What the voice does, frame by frame; every array has `n_frames` rows."""

    f0: np.ndarray  # Hz, defined in silence too
    voicing: np.ndarray
    aspiration: np.ndarray
    frication: np.ndarray
    noise_centre: np.ndarray  # Hz
    noise_bandwidth: np.ndarray  # Hz
    formants: np.ndarray  # Hz (n_frames, 5)
    bandwidths: np.ndarray  # Hz (n_frames, 5)

    def smoothed(self, seconds: float) -> Tracks:
        """The same movements, each averaged over about `seconds`."""
        width = seconds * FRAMES_PER_SECOND
        return Tracks(
            **{
                field.name: gaussian_filter1d(getattr(self, field.name), width, axis=0)
                for field in fields(self)
            }
        )


@dataclass(frozen=True)
class Timing:
    """Which segment is spoken when."""

    segments: tuple[Segment, ...]
    starts: np.ndarray  # frame of each segment's start, and the end (n + 1,)
    phrases: tuple[tuple[int, int], ...]  # first and last + 1 segment of each
    stressed: tuple[int, ...]  # segments that carry an accent


def draw_timing(
    sentence: tuple[Phrase, ...], speaker: Speaker, rng: np.random.Generator
) -> Timing:
    """Draw durations, pauses, breaths and accents for `sentence`."""
    segments: list[Segment] = [_silence(rng.uniform(120, 650))]
    phrases, stressed = [], []
    for number, phrase in enumerate(sentence):
        if number:
            segments.append(_silence(rng.uniform(60, 350)))
        if rng.random() < 0.35:
            segments += [_breath(rng), _silence(rng.uniform(30, 90))]
        first = len(segments)
        spoken = _with_vowel_targets(phrase)
        vowels = [k for k, segment in enumerate(spoken) if segment.vowel]
        for k, segment in enumerate(spoken):
            accent = segment.vowel and rng.random() < 0.35
            stretch = np.exp(rng.normal(0, 0.18)) / speaker.tempo
            stretch *= 1.25 if accent else 1.0
            stretch *= 1.5 if k >= vowels[-1] else 1.0  # phrase-final lengthening
            if accent:
                stressed.append(len(segments))
            segments.append(
                replace(segment, milliseconds=segment.milliseconds * stretch)
            )
        phrases.append((first, len(segments)))
    segments.append(_silence(rng.uniform(120, 500)))
    ends = np.cumsum([segment.milliseconds for segment in segments])
    starts = np.rint(np.concatenate([[0], ends]) * FRAMES_PER_SECOND / 1000)
    return Timing(tuple(segments), starts.astype(int), tuple(phrases), tuple(stressed))


def draw_tracks(timing: Timing, speaker: Speaker, rng: np.random.Generator) -> Tracks:
    """Draw intonation and small irregularities, and move from target to target."""
    n_frames = int(timing.starts[-1])
    lengths = np.diff(timing.starts)

    def held(values):
        return np.repeat(np.asarray(values, dtype=float), lengths, axis=0)

    def wander(width, size):
        return _wander(rng, n_frames, seconds=width) * size

    segments = timing.segments
    loudness = {
        name: gaussian_filter1d(held([getattr(s, name) for s in segments]), 1.0)
        for name in _LOUDNESS
    }
    swell = np.exp(wander(0.15, 0.15) + _phrase_envelope(timing))
    formants = held([(*(s.formants or NEUTRAL), *_UPPER_FORMANTS) for s in segments])
    formants = gaussian_filter1d(formants, 4.0, axis=0)
    formants *= speaker.formant_scale * speaker.formant_shifts
    formants *= np.exp(
        np.stack([wander(0.05, 0.02) for _ in range(N_FORMANTS)], axis=1)
    )
    nasal = held([s.voicing and not s.vowel and s.formants[0] == 270 for s in segments])
    bandwidths = _BANDWIDTHS * np.exp(wander(0.1, 0.15))[:, None]
    bandwidths[:, 0] *= 1 + gaussian_filter1d(nasal, 3.0)
    return Tracks(
        f0=_intonation(timing, speaker, rng),
        voicing=loudness["voicing"] * swell,
        aspiration=loudness["aspiration"] * swell,
        frication=loudness["frication"] * swell * speaker.sibilance,
        noise_centre=gaussian_filter1d(held([s.noise_centre for s in segments]), 2.0)
        * np.exp(wander(0.05, 0.04)),
        noise_bandwidth=held([s.noise_bandwidth for s in segments]),
        formants=formants,
        bandwidths=bandwidths,
    )


def _silence(milliseconds: float) -> Segment:
    return Segment(milliseconds, NEUTRAL)


def _breath(rng: np.random.Generator) -> Segment:
    return Segment(
        rng.uniform(120, 300),
        (600.0, 1500.0, 2500.0),
        aspiration=rng.uniform(0.01, 0.05),
    )


def _with_vowel_targets(phrase: Phrase) -> list[Segment]:
    """The phrase's segments; one without formants takes the next vowel's."""
    segments = [segment for phone in phrase for segment in PHONES[phone]]
    target: tuple[float, float, float] = NEUTRAL
    filled = []
    for segment in reversed(segments):
        if segment.vowel:
            target = segment.formants
        filled.append(
            segment if segment.formants else replace(segment, formants=target)
        )
    return filled[::-1]


def _intonation(timing: Timing, speaker: Speaker, rng: np.random.Generator):
    """F0 in Hz: each phrase falls, accented vowels rise, the whole drifts a little."""
    n_frames = int(timing.starts[-1])
    knots, heights = [0], [0.0]
    for first, last in timing.phrases:
        start, end = timing.starts[first], timing.starts[last]
        top = speaker.f0_range * rng.uniform(0.3, 0.8)
        rise = rng.random() < 0.2  # a question, or an unfinished list
        bottom = speaker.f0_range * (rng.uniform(0.2, 0.6) if rise else -0.7)
        late = start + 0.8 * (end - start)
        knots += [start, late, end]
        heights += [top, -0.35 * speaker.f0_range, bottom]
    contour = np.interp(np.arange(n_frames), knots, heights)
    contour = gaussian_filter1d(contour, 8.0)
    frames = np.arange(n_frames)
    for k in timing.stressed:
        peak = timing.starts[k] + rng.uniform(0.2, 0.9) * (
            timing.starts[k + 1] - timing.starts[k]
        )
        height = speaker.f0_range * rng.uniform(0.2, 0.8)
        contour += height * np.exp(-0.5 * ((frames - peak) / 16.0) ** 2)
    contour += _wander(rng, n_frames, seconds=0.06) * 0.015
    contour += _wander(rng, n_frames, seconds=0.4) * 0.03
    return speaker.f0 * np.exp(contour)


def _phrase_envelope(timing: Timing) -> np.ndarray:
    """Log loudness: a phrase ends softer than it starts."""
    n_frames = int(timing.starts[-1])
    knots, levels = [0], [0.0]
    for first, last in timing.phrases:
        knots += [timing.starts[first], timing.starts[last]]
        levels += [0.0, -0.7]
    return np.interp(np.arange(n_frames), knots, levels)


def _wander(rng: np.random.Generator, n_frames: int, *, seconds: float) -> np.ndarray:
    """A slow random movement of standard deviation 1 (about)."""
    width = seconds * FRAMES_PER_SECOND
    noise = gaussian_filter1d(rng.standard_normal(n_frames), width)
    return noise * np.sqrt(2 * np.sqrt(np.pi) * width)
