"""Predictions in words: the answer, how certain it is, and what the detector knows."""

from __future__ import annotations

from antispoof import models
from antispoof.errors import ParameterError
from antispoof.inference.detector import Detector
from antispoof.inference.prediction import Prediction

ANSWERS = {
    "bonafide": "probably a real voice",
    "spoof": "probably fake",
    "uncertain": "cannot tell",
}
LIMITS = (
    "It knows only the speech and the attacks of its training data. Newer synthesis,"
    " other languages, noise, music, telephone lines and clips that are partly fake may"
    " mislead it, and for attacks that it was not trained on its probabilities are too"
    " confident. This is a demonstration, not evidence in court."
)


def format_prediction(prediction: Prediction) -> str:
    """One prediction as a sentence, without the name of the clip.

    Raises
    ------
    ParameterError
        If the prediction is an error.
    """
    if prediction.error is not None:
        raise ParameterError(f"{prediction.clip} has no answer: {prediction.error}")
    n_real = round(100 * prediction.probability_bonafide)
    n, kind = (n_real, "real") if n_real >= 50 else (100 - n_real, "fake")
    n = min(n, 99)  # never certain, whatever rounding gives
    return (
        f"{ANSWERS[prediction.answer]}: of 100 clips with this score, about {n} are"
        f" {kind} where real and fake are equally frequent (score"
        f" {prediction.score:.2f}, even at {prediction.threshold:.2f};"
        f" {prediction.seconds:.1f} s of sound)"
    )


def describe_detector(detector: Detector) -> str:
    """What the detector was trained and calibrated on, and what it cannot know."""
    metadata, calibration = detector.metadata, detector.calibration
    corpus = metadata["corpus"]
    return (
        f"Judged by a {models.title(metadata['model'])} trained on"
        f" {corpus['n_train']} clips of {corpus['title']}. Its probabilities were"
        f" calibrated on {calibration.n_bonafide} real and {calibration.n_spoof} fake"
        f" clips of {metadata['calibrated_on']}. {corpus['caveat']} {LIMITS}"
    ).replace("  ", " ")
