"""From a score to a probability, by the line that `metrics` fits to scores of dev.

Both classes weigh the same: the probability holds where real and fake are equally
frequent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ParameterError, ScoreError

SURE = 0.9  # what a probability must reach for an answer other than "uncertain"
UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Calibration:
    """Log odds of bona fide = slope * score + intercept, at a prior of one half.

    Attributes
    ----------
    slope, intercept : of the line.
    n_bonafide, n_spoof : trials it was fitted on.

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
        """Refuse what gives no probabilities, or turns them round."""
        if not (math.isfinite(self.slope) and self.slope > 0):
            raise ParameterError(
                f"slope={self.slope}; accepted: finite numbers above 0, so that higher"
                " scores are more bona fide"
            )
        if not math.isfinite(self.intercept):
            raise ParameterError(
                f"intercept={self.intercept}; accepted: finite numbers"
            )

    @classmethod
    def fit(
        cls, scores: ArrayLike, labels: ArrayLike, *, partition: str
    ) -> Calibration:
        """Fit the line.

        Parameters
        ----------
        scores : (n,) floats. labels : (n,) class indices.
        partition : where the trials come from; "eval" is refused.

        Raises
        ------
        ParameterError
            If the partition is eval or unknown.
        ScoreError
            If a class is absent, or higher scores do not mean more bona fide.
        """
        from antispoof.metrics import fit_calibration  # not needed to judge a clip

        line = fit_calibration(scores, labels, partition=partition)
        if line.slope <= 0:
            raise ScoreError(
                f"scores of {partition} rise with spoof (slope {line.slope:.3g}): they"
                " cannot be turned into probabilities"
            )
        n = np.bincount(labels, minlength=2)
        return cls(line.slope, line.offset, int(n[BONAFIDE]), int(n[SPOOF]))

    def log_odds(self, scores: ArrayLike) -> np.ndarray:
        """Log odds of bona fide, same shape as `scores`."""
        return self.slope * np.asarray(scores, float) + self.intercept

    def probability(self, score: float) -> float:
        """Probability of bona fide."""
        return float(np.exp(-np.logaddexp(0, -self.log_odds(score))))

    def answer(self, score: float) -> str:
        """``bonafide``, ``spoof``, or ``uncertain`` between 0.1 and 0.9."""
        probability = self.probability(score)
        if probability >= SURE:
            return "bonafide"
        return "spoof" if probability <= 1 - SURE else UNCERTAIN

    @property
    def threshold(self) -> float:
        """The score at which both classes are equally probable."""
        return -self.intercept / self.slope

    @property
    def thresholds(self) -> tuple[float, float]:
        """Scores from which down the answer is spoof, and from which up bonafide."""
        reach = math.log(SURE / (1 - SURE)) / self.slope
        return self.threshold - reach, self.threshold + reach
