"""One clip judged: windows scored, their mean calibrated, an answer given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from antispoof.audio import iter_blocks
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AntispoofError, AudioError
from antispoof.inference.detector import BATCH, Detector
from antispoof.inference.windows import sounding, windows

SHORTEST = 0.2  # seconds; below, there is hardly a syllable
KEYS = ("clip", "score", "probability_bonafide", "answer", "seconds", "error")


@dataclass(frozen=True, eq=False)
class Prediction:
    """What is said of one clip; all but ``clip`` and ``error`` is None after an error.

    Attributes
    ----------
    clip : its name, as it was given.
    score : mean over the windows; log-odds-like, higher is more bona fide.
    probability_bonafide : calibrated, where real and fake are equally frequent.
    answer : ``bonafide``, ``spoof`` or ``uncertain``.
    seconds : of sound.
    error : None, or a sentence.
    threshold : the score at which the probability is one half.
    starts, scores : (n,) start in seconds and score of every window with sound in it.
    """

    clip: str
    score: float | None = None
    probability_bonafide: float | None = None
    answer: str | None = None
    seconds: float | None = None
    error: str | None = None
    threshold: float | None = None
    starts: np.ndarray = field(default_factory=lambda: np.empty(0))
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))

    def to_dict(self) -> dict[str, Any]:
        """The six keys that ``antispoof check --json`` prints."""
        return {key: getattr(self, key) for key in KEYS}


def predict_clip(
    path: str | Path, detector: Detector, *, name: str | None = None
) -> Prediction:
    """Judge one clip.

    Parameters
    ----------
    path : a sound file of any kind, rate and number of channels, 0.2 s to a day long.
    name : what to call it in the answer; the path if None.

    Raises
    ------
    AudioError
        If it cannot be decoded, is too short or too long, or holds silence only.
    """
    clip = str(path) if name is None else name
    length = 0

    def counted() -> Iterator[np.ndarray]:
        nonlocal length
        for block in iter_blocks(path):
            length += len(block)
            yield block

    heard = sounding(windows(counted(), detector.n_samples))
    starts: list[int] = []
    scores = [np.empty(0, np.float32)]
    while batch := list(islice(heard, BATCH)):
        starts += [start for start, _ in batch]
        scores.append(detector.scores(np.stack([window for _, window in batch])))
    seconds = length / SAMPLE_RATE
    if seconds < SHORTEST:
        raise AudioError(
            f"cannot judge {clip}: it holds {seconds:.3f} s of sound; at least"
            f" {SHORTEST} s are needed"
        )
    if not starts:
        raise AudioError(
            f"cannot judge {clip}: it is silent throughout, there is no voice in it"
        )
    values = np.concatenate(scores)
    score = float(values.mean(dtype=np.float64))
    calibration = detector.calibration
    return Prediction(
        clip=clip,
        score=score,
        probability_bonafide=calibration.probability(score),
        answer=calibration.answer(score),
        seconds=seconds,
        threshold=calibration.threshold,
        starts=np.array(starts) / SAMPLE_RATE,
        scores=values,
    )


def predict_clips(
    clips: Iterable[tuple[str, str | Path]], detector: Detector
) -> Iterator[Prediction]:
    """Judge many clips; one that cannot be judged is an answer with an error.

    Parameters
    ----------
    clips : name and path of each.
    """
    for name, path in clips:
        try:
            yield predict_clip(path, detector, name=name)
        except AntispoofError as error:
            yield Prediction(clip=name, error=str(error))
