"""The prediction for one clip: windows scored, their mean calibrated, an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from antispoof.audio import iter_blocks
from antispoof.audio.voice import has_voice
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AntispoofError, AudioError
from antispoof.inference.detector import Detector
from antispoof.inference.windows import iter_windows

MIN_SECONDS = 0.2  # hardly a syllable
BATCH_SIZE = 16  # windows
KEYS = ("clip", "score", "probability_bonafide", "answer", "seconds", "error")
ANSWERS = {
    "bonafide": "probably a real voice",
    "spoof": "probably fake",
    "uncertain": "cannot tell",
}


@dataclass(frozen=True, eq=False)
class Prediction:
    """What is predicted for one clip; after an error only ``clip`` and ``error``.

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


def score_windows(
    blocks: Iterable[np.ndarray], detector: Detector
) -> tuple[np.ndarray, np.ndarray]:
    """Score the windows of a clip, without those of digital silence.

    Parameters
    ----------
    blocks : consecutive parts (n,) float32 of the clip at 16 kHz.

    Returns
    -------
    (n_windows,) start of each window in samples, and (n_windows,) scores.
    """
    windows = (
        (start, window)
        for start, window in iter_windows(blocks, detector.n_samples)
        if np.ptp(window) > 0
    )
    starts, scores = [], []
    while batch := list(islice(windows, BATCH_SIZE)):
        starts += [start for start, _ in batch]
        scores += [*detector.score(np.stack([window for _, window in batch]))]
    return np.array(starts), np.array(scores, dtype=np.float64)


def predict_clip(
    path: str | Path, detector: Detector, *, name: str | None = None
) -> Prediction:
    """Predict whether one clip is real or fake.

    Parameters
    ----------
    path : a sound file of any kind, rate and number of channels, 0.2 s to a day long.
    name : what the prediction calls it; the path if None.

    Raises
    ------
    AudioError
        If it cannot be decoded, is too short or too long, or has no voice in it.
    """
    clip = str(path) if name is None else name
    n_samples, voiced = 0, False

    def counted() -> Iterator[np.ndarray]:
        nonlocal n_samples, voiced
        for block in iter_blocks(path):
            n_samples += len(block)
            voiced = voiced or has_voice(block)
            yield block

    starts, scores = score_windows(counted(), detector)
    seconds = n_samples / SAMPLE_RATE
    if seconds < MIN_SECONDS:
        found = f"{seconds:.4f} s of sound; at least {MIN_SECONDS} s are needed"
        raise AudioError(f"cannot judge {clip}: it holds {found}")
    if not len(starts):
        raise AudioError(
            f"cannot judge {clip}: it is silent throughout, there is no voice in it"
        )
    if not voiced:
        raise AudioError(
            f"cannot judge {clip}: no voice was found in it; a tone, noise or a whisper"
            " cannot be judged"
        )
    score, calibration = float(scores.mean()), detector.calibration
    return Prediction(
        clip=clip,
        score=score,
        probability_bonafide=float(calibration.probability(score)),
        answer=str(calibration.answer(score)),
        seconds=seconds,
        threshold=calibration.threshold,
        starts=starts / SAMPLE_RATE,
        scores=scores,
    )


def predict_clips(
    clips: Iterable[tuple[str, str | Path]], detector: Detector
) -> Iterator[Prediction]:
    """Predict many clips; one that cannot be judged gives a prediction with an error.

    Parameters
    ----------
    clips : name and path of each.
    """
    for name, path in clips:
        try:
            yield predict_clip(path, detector, name=name)
        except AntispoofError as error:
            yield Prediction(clip=name, error=str(error))


def format_prediction(prediction: Prediction) -> str:
    """One prediction as a sentence, without the name of the clip."""
    if prediction.error is not None:
        return f"no answer; {prediction.error}"
    n_real = round(100 * prediction.probability_bonafide)
    n, kind = (n_real, "real") if n_real >= 50 else (100 - n_real, "fake")
    n = min(n, 99)  # never certain, whatever rounding gives
    return (
        f"{ANSWERS[prediction.answer]}: of 100 clips with this score, about {n} are"
        f" {kind} where real and fake are equally frequent (score"
        f" {prediction.score:.2f}, even at {prediction.threshold:.2f};"
        f" {prediction.seconds:.1f} s of sound)."
    )
