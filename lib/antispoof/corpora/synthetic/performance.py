"""One sentence spoken once: what a bona fide utterance is, and what a forger has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antispoof.corpora.synthetic.gestures import (
    Timing,
    Tracks,
    draw_timing,
    draw_tracks,
)
from antispoof.corpora.synthetic.phones import Phrase
from antispoof.corpora.synthetic.speaker import Speaker
from antispoof.corpora.synthetic.voice import SAMPLES_PER_FRAME, speak


@dataclass(frozen=True)
class Performance:
    """The dry waveform and everything that made it.

    Attacks may look at the movements: they stand for a forger whose analysis of the
    voice (fundamental, voicing, phone boundaries) makes no mistakes.
    """

    sentence: tuple[Phrase, ...]
    speaker: Speaker
    timing: Timing
    tracks: Tracks
    waveform: np.ndarray  # (n,) at 16 kHz, before room and microphone
    closures: np.ndarray  # of the glottis, in samples

    @property
    def f0(self) -> np.ndarray:
        """Fundamental in Hz at every sample."""
        return np.repeat(self.tracks.f0, SAMPLES_PER_FRAME)

    @property
    def voiced(self) -> np.ndarray:
        """Whether the vocal folds sound, at every sample."""
        return np.repeat(self.tracks.voicing > 0.1, SAMPLES_PER_FRAME)


def perform(
    sentence: tuple[Phrase, ...], speaker: Speaker, rng: np.random.Generator
) -> Performance:
    """Speak `sentence`; another call speaks it anew, with other timing and melody."""
    timing = draw_timing(sentence, speaker, rng)
    tracks = draw_tracks(timing, speaker, rng)
    voiced = speak(tracks, speaker, rng)
    return Performance(
        sentence, speaker, timing, tracks, voiced.waveform, voiced.closures
    )
