"""What every detector has, whatever computes its scores. Nothing here needs PyTorch."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from antispoof.calibration import Calibration
from antispoof.inference.domain import Domain

LIMITS = (
    "It knows only the speech and the attacks of its training data. Newer synthesis,"
    " other languages, noise, music, telephone lines and clips that are partly fake may"
    " mislead it, and for attacks that it was not trained on its probabilities are too"
    " confident. This is a demonstration, not evidence in court."
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
    """What the detector was trained and calibrated on, and what it cannot know."""
    metadata, calibration = detector.metadata, detector.calibration
    corpus = metadata["corpus"]
    title = metadata.get("title")
    if not title:
        from antispoof import models

        title = models.title(metadata["model"])
    return (
        f"Judged by a {title} trained on"
        f" {corpus['n_train']} clips of {corpus['title']}. Its probabilities were"
        f" calibrated on {calibration.n_bonafide} real and {calibration.n_spoof} fake"
        f" clips of {metadata['calibrated_on']}. {corpus['caveat']} {LIMITS}"
    ).replace("  ", " ")
