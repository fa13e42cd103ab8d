"""What every detector has, whatever computes its scores. Nothing here needs PyTorch."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from antispoof.calibration import Calibration
from antispoof.inference.domain import Domain

LIMITS = (
    "Fakes of kinds that it has not learned from are often missed, and for them its"
    " ratios are too large. Other languages, noise, music and telephone lines may"
    " mislead it. It does not say who speaks, nor whether real speech was cut,"
    " rearranged, imitated by a person or played by a loudspeaker. Its answer is a"
    " hint: no proof, and not meant for a court."
)


class Scored(NamedTuple):
    """Scores (n,) of n windows, and their distances (n,) from the training clips.

    A higher score is more bona fide. Distances are NaN for a model without them.
    """

    scores: np.ndarray
    distances: np.ndarray


class ClipDetector(Protocol):
    """What turns windows into scores, and scores into probabilities.

    Attributes
    ----------
    n_samples : length of a window.
    calibration : of the scores of clips.
    window_calibration : of the scores of single windows; that of clips if None.
    domain : what the calibration clips are like; None if it is not known.
    metadata : ``model``, ``frontend``, ``corpus``, ``calibrated_on``, ...
    """

    n_samples: int
    calibration: Calibration
    window_calibration: Calibration | None
    domain: Domain | None
    metadata: dict[str, Any]

    def score(self, windows: np.ndarray) -> Scored:
        """Score windows, (n, n_samples) float32; RunError if one is not finite."""

    def weights_hash(self) -> str:
        """SHA-256 of the weights, in hexadecimal digits."""


def describe_detector(detector: ClipDetector) -> str:
    """What the detector learned from, how often it was right, what it cannot know."""
    metadata, calibration = detector.metadata, detector.calibration
    corpus = metadata["corpus"]
    title = metadata.get("title")
    if not title:
        from antispoof import models

        title = models.title(metadata["model"])
    learned = corpus["title"]
    if "coverage" in metadata:
        numbers = [f"{len(names)} {k}" for k, names in metadata["coverage"].items()]
        learned = f"{' and '.join(numbers)}, which the file card.json names"
    sentences = [
        describe_checks(detector),
        f"Its model, {title}, learned from {corpus['n_train']} clips of"
        f" {learned}. Its ratios come from {calibration.n_bonafide} real and"
        f" {calibration.n_spoof} fake clips of {metadata['calibrated_on']}.",
        corpus["caveat"],
        LIMITS,
    ]
    return " ".join(filter(None, sentences))


def describe_checks(detector: ClipDetector) -> str:
    """How often the detector was right about clips of other sources; "" if unknown."""
    checks = detector.metadata.get("checks")
    if not checks:
        return ""
    real, fake = checks["bonafide"], checks["spoof"]
    return (
        f"Checked on {real['n']} real clips and {fake['n']} fakes of"
        f" {checks['n_sources']} sources that it did not know: “probably fake” was said"
        f" of {real['spoof']} real clips and {fake['spoof']} fakes, “probably a real"
        f" voice” of {real['bonafide']} real clips and {fake['bonafide']} fakes, and"
        " “cannot tell” of all others."
    )
