"""From a score to a probability, by the line that `metrics` fits to scores of dev.

Both classes have the same weight: the probability holds where real and fake are equally
frequent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ParameterError, ScoreError

CONFIDENCE = 0.9  # smallest probability of an answer other than "uncertain"


@dataclass(frozen=True)
class Calibration:
    """Log odds of bona fide = slope * score + intercept, at a prior of one half.

    Attributes
    ----------
    slope, intercept : of the line.
    n_bonafide, n_spoof : number of trials that it was fitted on.

    Raises
    ------
    ParameterError
        If the slope is not above 0, or one of the two is not finite.
    """

    slope: float
    intercept: float
    n_bonafide: int
    n_spoof: int

    def __post_init__(self) -> None:
        if not (0 < self.slope < math.inf and math.isfinite(self.intercept)):
            raise ParameterError(
                f"slope={self.slope}, intercept={self.intercept}; accepted: finite"
                " numbers, slope above 0 so that higher scores are more bona fide"
            )

    @classmethod
    def fit(
        cls, scores: ArrayLike, labels: ArrayLike, *, partition: str
    ) -> Calibration:
        """Fit the line, see :func:`antispoof.metrics.fit_calibration`.

        Parameters
        ----------
        scores : (n,) floats. labels : (n,) class indices.
        partition : of the trials; "eval" is not accepted.

        Raises
        ------
        ParameterError
            If the partition is eval or unknown.
        ScoreError
            If a class is absent, or higher scores do not mean more bona fide.
        """
        from antispoof.metrics import fit_calibration  # scikit-learn; not for a clip

        line = fit_calibration(scores, labels, partition=partition)
        if line.slope <= 0:
            raise ScoreError(
                f"scores of {partition} are higher for spoof than for bona fide (slope"
                f" {line.slope:.3g}): they cannot be turned into probabilities"
            )
        n = np.bincount(labels, minlength=2)
        return cls(line.slope, line.intercept, int(n[BONAFIDE]), int(n[SPOOF]))

    def log_odds(self, scores: ArrayLike) -> np.ndarray:
        """Log odds of bona fide, same shape as `scores`."""
        return self.slope * np.asarray(scores, float) + self.intercept

    def probability(self, scores: ArrayLike) -> np.ndarray:
        """Probability of bona fide, same shape as `scores`."""
        return np.exp(-np.logaddexp(0, -self.log_odds(scores)))

    def answer(self, score: float) -> str:
        """``bonafide``, ``spoof``, or ``uncertain`` between 0.1 and 0.9."""
        probability = self.probability(score)
        if probability >= CONFIDENCE:
            return "bonafide"
        return "spoof" if probability <= 1 - CONFIDENCE else "uncertain"

    @property
    def threshold(self) -> float:
        """The score at which both classes are equally probable."""
        return -self.intercept / self.slope

    @property
    def thresholds(self) -> tuple[float, float]:
        """Scores up to which the answer is spoof, and from which on bonafide."""
        half_width = math.log(CONFIDENCE / (1 - CONFIDENCE)) / self.slope
        return self.threshold - half_width, self.threshold + half_width
