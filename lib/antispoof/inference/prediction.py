"""The prediction for one clip: windows scored, their mean calibrated, an answer.

The answer is ``uncertain`` for a clip unlike those of the calibration, and for one
whose parts contradict each other.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from antispoof.audio import count_tracks, iter_blocks
from antispoof.audio.containers import Completeness
from antispoof.audio.voice import has_voice
from antispoof.calibration import ALPHA, Calibration
from antispoof.constants import BONAFIDE, SAMPLE_RATE, SPOOF
from antispoof.errors import AntispoofError, AudioError
from antispoof.hashing import hash_file
from antispoof.inference.base import ClipDetector, Scored
from antispoof.inference.domain import band_powers, high_band_level
from antispoof.inference.windows import iter_windows

MIN_SECONDS = 0.2  # hardly a syllable
BATCH_SIZE = 16  # windows
INTERNAL = ("path", "track", "channel", "starts", "scores")  # not shown as JSON
TOLERANCE = 0.1  # seconds that may be missing: codecs add some at both ends
SHORT = 1.0  # seconds; of so short clips few were tested
ANSWERS = {
    "bonafide": "probably a real voice",
    "spoof": "probably fake",
    "uncertain": "cannot tell",
}
# What follows from an answer, and what does not.
MEANING = {
    "bonafide": f"At most 1 in {1 / ALPHA[SPOOF]:.0f} of the fakes that set this limit"
    " scores so high; of fakes of new kinds it may be more. It is a hint, and no proof"
    " that the voice is real.",
    "spoof": f"At most 1 in {1 / ALPHA[BONAFIDE]:.0f} of the real voices that set this"
    " limit scores so low; of voices from other sources it may be more. It is a reason"
    " to look further, and no proof that the voice is fake.",
    "uncertain": "Nothing follows from this for the whole clip: neither that the voice"
    " is real, nor that it is fake.",
}
PARTS = (
    "A shorter fake part can be missed. Where the answer changes, the clip need not"
    " have been cut. The last part may overlap the one before."
)
# Likelihood ratio up to which -> how it is put in words (ENFSI guideline for evaluative
# reporting, 2015). Up to 2 it supports neither hypothesis.
SUPPORT = {
    10: "weak",
    100: "moderate",
    1_000: "moderately strong",
    10_000: "strong",
    np.inf: "very strong",
}
EVEN = 2  # ratio up to which neither is supported
ONE_OF = {"fakes": "a fake", "real voices": "a real voice"}


@dataclass(frozen=True)
class Segment:
    """Consecutive windows of a clip with the same answer.

    Attributes
    ----------
    start, end : seconds.
    answer : as of a clip.
    probability_bonafide : of the mean score of its windows.
    """

    start: float
    end: float
    answer: str
    probability_bonafide: float

    @property
    def place(self) -> str:
        """Where it is in the clip, in words."""
        return f"{self.start:.1f} to {self.end:.1f} s"


@dataclass(frozen=True, eq=False)
class Prediction:
    """What is predicted for one clip; after an error only which clip, and ``error``.

    Attributes
    ----------
    clip : its name, as it was given.
    score : mean over the windows; log-odds-like, higher is more bona fide.
    probability_bonafide : calibrated, where real and fake are equally frequent.
    answer : ``bonafide``, ``spoof`` or ``uncertain``.
    seconds : of sound.
    error : None, or a sentence.
    in_domain : whether the clip is like those of the calibration; None if not known.
    reason : why the answer is ``uncertain`` whatever the score is; else None.
    llr : natural-log likelihood ratio of bona fide to spoof, within its bounds.
    segments : the windows merged by their answers, in order.
    sha256 : of the file, in hexadecimal digits; None if it cannot be read.
    warnings : sentences on what may make the answer less exact.
    path, track, channel : the file, and the number of its audio track and channel, from
        0; None for the mean over the channels.
    starts, scores : (n,) start in seconds and score of every window with sound in it.
    """

    clip: str
    score: float | None = None
    probability_bonafide: float | None = None
    answer: str | None = None
    seconds: float | None = None
    error: str | None = None
    in_domain: bool | None = None
    reason: str | None = None
    llr: float | None = None
    segments: list[Segment] | None = None
    sha256: str | None = None
    warnings: list[str] | None = None
    path: Path | None = None
    track: int = 0
    channel: int | None = None
    starts: np.ndarray = field(default_factory=lambda: np.empty(0))
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))

    def to_dict(self) -> dict[str, Any]:
        """The keys that ``antispoof check --json`` prints."""
        shown = {k: v for k, v in asdict(self).items() if k not in INTERNAL}
        return {**shown, "sentence": self.answer and format_prediction(self)}


def score_windows(
    blocks: Iterable[np.ndarray], detector: ClipDetector
) -> tuple[np.ndarray, Scored]:
    """Score the windows of a clip, without those of digital silence.

    Parameters
    ----------
    blocks : consecutive parts (n,) float32 of the clip at 16 kHz.

    Returns
    -------
    (n_windows,) start of each window in samples, and the scores of all windows.
    """
    windows = (
        (start, window)
        for start, window in iter_windows(blocks, detector.n_samples)
        if np.ptp(window) > 0
    )
    starts, parts = [], [Scored(np.empty(0), np.empty(0))]
    while batch := list(islice(windows, BATCH_SIZE)):
        starts += [start for start, _ in batch]
        parts.append(detector.score(np.stack([window for _, window in batch])))
    return np.array(starts), Scored(*map(np.concatenate, zip(*parts, strict=True)))


class UnfitClipError(AudioError):
    """A clip that cannot be judged; of its ``channels``, each by itself perhaps can."""

    def __init__(self, message: str, channels: int):
        super().__init__(message)
        self.channels = channels


def predict_clip(
    path: str | Path,
    detector: ClipDetector,
    *,
    name: str | None = None,
    track: int = 0,
    channel: int | None = None,
) -> Prediction:
    """Predict whether one clip is real or fake.

    Parameters
    ----------
    path : a sound file of any kind, rate and number of channels, 0.2 s to a day long.
    name : what the prediction calls it; the path if None.
    track, channel : numbers from 0; the mean over the channels if None.

    Raises
    ------
    AudioError
        If it cannot be decoded, or is too long.
    UnfitClipError
        If it is too short, less than half of what it announces can be decoded, or there
        is no voice in it.
    """
    clip = str(path) if name is None else name
    n_samples, voiced, powers = 0, False, np.zeros(2)
    found = Completeness()

    def counted() -> Iterator[np.ndarray]:
        nonlocal n_samples, voiced, powers
        source = {"track": track, "channel": channel}
        for block in iter_blocks(path, **source, completeness=found):
            n_samples += len(block)
            voiced = voiced or has_voice(block)
            powers = powers + band_powers(block)
            yield block

    starts, (scores, distances) = score_windows(counted(), detector)
    seconds = n_samples / SAMPLE_RATE
    warnings = _losses(seconds, found)
    fault = None
    if seconds < MIN_SECONDS:
        needed = f"at least {MIN_SECONDS} s are needed"
        fault = f"it holds {seconds:.4f} s of sound; {needed}"
    elif seconds < found.announced / 2 - TOLERANCE:
        fault = "less than half of it can be decoded"
    elif not len(starts):
        fault = "it is silent throughout, there is no voice in it"
    elif not voiced:
        fault = "no voice was found in it; a tone, noise or a whisper cannot be judged"
    elif channel is None and found.is_cancelled:
        fault = "its channels cancel each other"
    if fault is not None:
        message = f"cannot judge {clip}: {'; '.join([fault, *warnings])}"
        several = channel is None and found.channels > 1
        raise UnfitClipError(message, found.channels if several else 0)
    starts = starts / SAMPLE_RATE
    ends = np.minimum(starts + detector.n_samples / SAMPLE_RATE, seconds)
    score, calibration = float(scores.mean()), detector.calibration
    of_parts = detector.window_calibration or calibration
    answer, answers = str(calibration.answer(score)), of_parts.answer(scores)
    reason = in_domain = None
    if detector.domain is not None:
        level = high_band_level(powers)
        reason = detector.domain.reason(float(distances.mean()), level)
        in_domain = reason is None
        odd = np.flatnonzero(detector.domain.unlike_real(scores))
        if not in_domain:
            answers = np.full(len(scores), "uncertain")
        elif answer != "spoof" and len(scores) > 1 and len(odd):
            reason = (
                f"its part from {starts[odd[0]]:.0f} to {ends[odd[0]]:.0f} s seems fake"
                " by itself; listen to that part"
            )
    if seconds < SHORT:
        warnings.append("so short a clip is judged less exactly")
    if in_domain is None:
        warnings.append("whether the detector knows such clips was not tested")
    return Prediction(
        clip=clip,
        score=score,
        probability_bonafide=float(calibration.probability(score)),
        answer=answer if reason is None else "uncertain",
        seconds=seconds,
        in_domain=in_domain,
        reason=reason,
        llr=float(calibration.llr(score)),
        segments=_segments(starts, ends, scores, answers, of_parts),
        sha256=hash_file(path),
        warnings=warnings,
        path=Path(path),
        track=track,
        channel=channel,
        starts=starts,
        scores=scores,
    )


def _losses(seconds: float, found: Completeness) -> list[str]:
    """Sentences on what is missing of a file, and on files joined."""
    notes = []
    if found.files > 1:
        notes.append(f"{found.files} files are joined in it, and judged as one clip")
    if seconds < found.announced - TOLERANCE:
        notes.append(
            f"only {seconds:.1f} s of the {found.announced:.1f} s that it announces or"
            " holds can be decoded; it was cut off or is damaged"
        )
    elif found.cut:
        notes.append("its end is missing, and nothing in it says how long it was")
    return notes


def _segments(
    starts: np.ndarray,
    ends: np.ndarray,
    scores: np.ndarray,
    answers: np.ndarray,
    calibration: Calibration,
) -> list[Segment]:
    """Windows merged while their answers stay the same.

    Silent windows lie between segments. The last window overlaps the one before, and so
    may the last segment: its answer is for all of its windows.
    """
    segments, changes = [], np.flatnonzero(answers[1:] != answers[:-1]) + 1
    for i, j in pairwise([0, *changes, len(scores)]):
        place, answer = (float(starts[i]), float(ends[j - 1])), str(answers[i])
        probability = float(calibration.probability(scores[i:j].mean()))
        segments.append(Segment(*place, answer, probability))
    return segments


def predict_clips(
    clips: Iterable[tuple[str, str | Path]],
    detector: ClipDetector,
    *,
    track: int | None = None,
    channel: int | None = None,
) -> Iterator[Prediction]:
    """Predict many clips; one that cannot be judged gives a prediction with an error.

    Parameters
    ----------
    clips : name and path of each.
    track : number of the audio track, from 1; None predicts each track by itself.
    channel : number of the channel, from 1; None predicts the mean over all, and where
        there is no voice in it, as where one channel is the inverse of another, each
        channel by itself.
    """
    for name, path in clips:
        try:
            n = count_tracks(path)
            if track is not None and track > n:
                raise AudioError(f"cannot judge {name}: it has {n} audio track(s)")
        except AntispoofError as error:
            yield _failed(error, name, path)
            continue
        for k in range(n) if track is None else [track - 1]:
            shown = name if n == 1 else f"{name} (track {k + 1})"
            where = {"track": k, "channel": None if channel is None else channel - 1}
            try:
                yield predict_clip(path, detector, name=shown, **where)
            except AntispoofError as error:
                single = []
                for c in range(getattr(error, "channels", 0)):
                    one = {"name": f"{shown} (channel {c + 1})", "channel": c}
                    with suppress(AntispoofError):
                        single.append(predict_clip(path, detector, track=k, **one))
                yield from single or [_failed(error, shown, path)]


def _failed(error: AntispoofError, name: str, path: str | Path) -> Prediction:
    message, digest = str(error), None
    if str(path) not in name:  # the file of standard input
        message = message.replace(str(path), name)
    with suppress(OSError):  # missing, or not ours to read
        digest = hash_file(path) if Path(path).is_file() else None
    return Prediction(clip=name, error=message, sha256=digest)


def format_part(part: Segment) -> str:
    """Where a part of a clip is, and the answer for it alone."""
    return f"{part.place} {ANSWERS[part.answer]}"


def format_prediction(prediction: Prediction) -> str:
    """One prediction as a sentence, without the name of the clip."""
    if prediction.error is not None:
        error = prediction.error.removeprefix(f"cannot judge {prediction.clip}: ")
        return f"no answer; {error}"
    answer, found = ANSWERS[prediction.answer], f"{prediction.seconds:.1f} s of sound"
    notes = "".join(f" Note: {warning}." for warning in prediction.warnings or ())
    if prediction.in_domain is False:
        why = f"{prediction.reason}; such clips are not judged"
        return f"{answer}: {why} ({found}).{notes}"
    why = prediction.reason or format_ratio(prediction.llr, prediction.answer)
    return f"{answer}: {why} (score {prediction.score:.2f}; {found}).{notes}"


def format_ratio(llr: float, answer: str) -> str:
    """What a likelihood ratio says about its two hypotheses, and how much."""
    more, less = ("real voices", "fakes") if llr >= 0 else ("fakes", "real voices")
    ratio = float(np.exp(abs(llr)))
    if ratio <= EVEN:
        return f"such a score is about as frequent among {more} as among {less}"
    step = 10 if ratio > 100 else 1  # no more digits than it deserves
    times = step * int(ratio / step + 0.5)
    word = next(word for limit, word in SUPPORT.items() if times <= limit)
    words = f"{word} support for {ONE_OF[more]}"
    if answer == "uncertain":
        new = "but fakes of new kinds often have it too"
        words = "too little to decide" if llr < 0 else new
    return (
        f"such a score is about {times} times as frequent among {more} as among"
        f" {less}, {words}"
    )
