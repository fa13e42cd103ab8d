"""Answers in words: which way, how sure, learned from what, and what it cannot know."""

from __future__ import annotations

from antispoof import models
from antispoof.errors import ParameterError
from antispoof.inference.detector import Detector
from antispoof.inference.prediction import Prediction

SAID = {
    "bonafide": "probably a real voice",
    "spoof": "probably fake",
    "uncertain": "cannot tell",
}
LIMITS = (
    "It learned read English, recorded without telephone or room, and the speech"
    " synthesis of 2019. Of newer synthesis, other languages, noise, music, telephone"
    " lines and clips that are fake in part it knows nothing, and of kinds of fakes"
    " that it has not heard its probabilities are too sure. It is a demonstration, not"
    " evidence in court."
)


def sentence(answer: Prediction) -> str:
    """One answer as a sentence, without the name of the clip.

    Raises
    ------
    ParameterError
        If the answer is an error.
    """
    if answer.error is not None:
        raise ParameterError(f"{answer.clip} has no answer: {answer.error}")
    real = round(100 * answer.probability_bonafide)
    share, kind = (real, "real") if real >= 50 else (100 - real, "fake")
    # Nothing is certain here, whatever rounding says.
    share = min(share, 99)
    return (
        f"{SAID[answer.answer]}: of 100 clips with this score, about {share} are {kind}"
        f" where real and fake are equally frequent (score {answer.score:.2f}, even"
        f" at {answer.threshold:.2f}; {answer.seconds:.1f} s of sound)"
    )


def about(detector: Detector) -> str:
    """What the detector learned from, and what it cannot know."""
    origin = detector.origin
    corpus, calibration = origin["corpus"], detector.calibration
    return (
        f"Judged by a {models.TITLES[origin['model']]} that learned from"
        f" {corpus['fitted']} clips of {corpus['title']}; its probabilities come from"
        f" {calibration.n_bonafide} real and {calibration.n_spoof} fake scores of"
        f" {origin['calibrated_on']}. {LIMITS}"
    )
