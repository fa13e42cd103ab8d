"""From any score to the log odds of bona fide, by a line fitted on train or dev.

Both classes have the same weight, so the log odds hold where real and fake are equally
frequent. They are then natural-log likelihood ratios, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF

CONFIDENCE = 0.9  # smallest probability of an answer other than "uncertain"


@dataclass(frozen=True)
class Calibration:
    """Log odds of bona fide = slope * score + intercept, at a prior of one half.

    Attributes
    ----------
    slope, intercept : of the line.
    n_bonafide, n_spoof : number of trials that it was fitted on.
    """

    slope: float
    intercept: float
    n_bonafide: int
    n_spoof: int

    @classmethod
    def fit(
        cls, scores: ArrayLike, labels: ArrayLike, *, partition: str
    ) -> Calibration:
        """Fit the line by logistic regression in which both classes weigh the same.

        J. Platt, "Probabilistic outputs for support vector machines", 1999; N. Brümmer
        and J. du Preez 2006, section 5 (there with weights by the prior, here one
        half). L2 regularisation (scikit-learn's default C = 1) keeps the slope finite
        for separable classes; it assumes scores on the scale of log odds.

        Parameters
        ----------
        scores : (n,) floats. labels : (n,) class indices; both classes are needed.
        partition : where the trials come from: "train" or "dev".

        Raises
        ------
        ParameterError
            If the partition is "eval" or unknown.
        ScoreError
            See :func:`antispoof.metrics.validate`; both classes are needed.
        """
        # Imported late: a prediction for one clip needs none of these.
        from sklearn.linear_model import LogisticRegression

        from antispoof import metrics

        metrics.ensure_not_eval(partition, what="a calibration")
        scores, labels = metrics.validate(scores, labels, both_classes=True)
        line = LogisticRegression(class_weight="balanced").fit(scores[:, None], labels)
        n = np.bincount(labels).tolist()
        slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
        return cls(slope, intercept, n_bonafide=n[BONAFIDE], n_spoof=n[SPOOF])

    def log_odds(self, scores: ArrayLike) -> np.ndarray:
        """Log odds of bona fide, same shape as `scores`."""
        return self.slope * np.asarray(scores, float) + self.intercept

    def probability(self, scores: ArrayLike) -> np.ndarray:
        """Probability of bona fide, same shape as `scores`."""
        return np.exp(-np.logaddexp(0, -self.log_odds(scores)))

    def answer(self, scores: ArrayLike) -> np.ndarray:
        """``bonafide``, ``spoof``, or ``uncertain`` between 0.1 and 0.9."""
        probability = self.probability(scores)
        otherwise = np.where(probability <= 1 - CONFIDENCE, "spoof", "uncertain")
        return np.where(probability >= CONFIDENCE, "bonafide", otherwise)

    @property
    def threshold(self) -> float:
        """The score at which both classes are equally probable."""
        return -self.intercept / self.slope

    @property
    def thresholds(self) -> tuple[float, float]:
        """Scores up to which the answer is spoof, and from which on bonafide."""
        half_width = math.log(CONFIDENCE / (1 - CONFIDENCE)) / self.slope
        return self.threshold - half_width, self.threshold + half_width
