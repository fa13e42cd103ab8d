"""What every detector has, whatever computes its scores. Nothing here needs PyTorch."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from antispoof.audio.silence import TREATMENTS
from antispoof.calibration import Calibration
from antispoof.errors import ParameterError, RunError
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


@dataclass(frozen=True, eq=False, kw_only=True)
class ClipDetector(ABC):
    """What turns windows into scores, and scores into probabilities.

    A subclass has the property ``n_samples``, the length of a window, and the methods
    ``compute`` and ``weights_hash() -> str``, the SHA-256 of the weights.

    Attributes
    ----------
    calibration : of the scores of clips.
    metadata : ``model``, ``frontend``, ``seed``, ``corpus`` that it was trained on (as
        in a run: ``title``, ``caveat``, ``n_train``, ...), and ``calibrated_on``.
    window_calibration : of the scores of single windows; that of clips if None.
    domain : what the calibration clips are like; None if it is not known.

    Raises
    ------
    ParameterError
        If the calibration is not finite, or its slope not above 0.
    """

    calibration: Calibration
    metadata: dict[str, Any]
    window_calibration: Calibration | None = None
    domain: Domain | None = None

    def __post_init__(self) -> None:
        slope, intercept = self.calibration.slope, self.calibration.intercept
        if not (slope > 0 and math.isfinite(slope) and math.isfinite(intercept)):
            raise ParameterError(
                f"slope={slope}, intercept={intercept}: scores cannot be turned into"
                " probabilities; accepted: finite numbers, slope above 0 so that higher"
                " scores are more bona fide"
            )

    @abstractmethod
    def compute(self, waveforms: Sequence[np.ndarray]) -> Scored:
        """Score windows, float32 (n,); n is smaller where silence was trimmed."""

    def score(self, windows: np.ndarray) -> Scored:
        """Score windows, (n, n_samples) float32.

        Raises
        ------
        RunError
            If a score is not finite.
        """
        treat = TREATMENTS[self.metadata.get("silence", "keep")]
        scored = self.compute([treat(window) for window in windows])
        if not np.isfinite(scored.scores).all():
            raise RunError(
                "the weights give scores that are not finite (NaN or infinite); they"
                " are damaged, or their training diverged"
            )
        return scored

    def card(self) -> dict[str, Any]:
        """Metadata and calibrations as plain values; :func:`read_card` reads them."""
        window = self.window_calibration
        return {
            "metadata": self.metadata,
            "calibration": asdict(self.calibration),
            "window_calibration": window and asdict(window),
        }


def read_card(card: Mapping[str, Any], domain: bytes) -> dict[str, Any]:
    """The fields of a detector from its card and ``Domain.to_bytes``, or b"".

    Raises
    ------
    KeyError, TypeError, ValueError, SafetensorError
        If one of them is damaged.
    """
    window = card.get("window_calibration")
    return {
        "metadata": card["metadata"],
        "calibration": Calibration(**card["calibration"]),
        "window_calibration": window and Calibration(**window),
        "domain": Domain.from_bytes(domain) if domain else None,
    }


def describe_detector(detector: ClipDetector) -> str:
    """How often the detector was right, what it learned from, what it cannot know."""
    parts = describe_checks(detector), describe_training(detector), LIMITS
    return " ".join(filter(None, parts))


def describe_training(detector: ClipDetector) -> str:
    """What the detector learned from, and where its ratios come from."""
    metadata, calibration = detector.metadata, detector.calibration
    corpus = metadata["corpus"]
    title = metadata.get("title")
    if not title:
        from antispoof import models

        title = models.title(metadata["model"])
    learned = corpus["title"]
    if "coverage" in metadata:
        numbers = [f"{len(names)} {k}" for k, names in metadata["coverage"].items()]
        learned = f"{' and '.join(numbers)} (programs that make fakes), named in"
        learned += " card.json beside its weights"
    return (
        f"It learned from {corpus['n_train']} clips of {learned}. How often a score"
        f" occurs was counted on other clips, {calibration.n_bonafide} real and"
        f" {calibration.n_spoof} fake. {corpus['caveat']} (Technical names: the model"
        f" is {title}, and the other clips are {metadata['calibrated_on']}.)"
    ).rstrip()


def describe_checks(detector: ClipDetector) -> str:
    """How often the detector was right about clips of other sources; "" if unknown."""
    checks = detector.metadata.get("checks")
    if not checks:
        return ""
    real, fake = checks["bonafide"], checks["spoof"]
    said_fake, said_real = (real[x] + fake[x] for x in ("spoof", "bonafide"))
    about_real = (
        f" It said “probably a real voice” {said_real} times, and {fake['bonafide']} of"
        " these were fakes."
    )
    if "bonafide" in detector.calibration.withheld:
        about_real = (
            " It never says “probably a real voice”: such answers were too often wrong"
            " about voices from other places than those that it knows."
        )
    return (
        f"In a check on {real['n']} real clips and {fake['n']} fakes of"
        f" {checks['n_sources']} sources that it did not know, it said “probably fake”"
        f" {said_fake} times, and {real['spoof']} of these were real."
        f" {real['n'] + fake['n'] - said_fake - said_real} times it said “cannot tell”."
        f"{about_real}"
    )
