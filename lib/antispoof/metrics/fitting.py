"""Calibration fitted on dev: from any scores to log-likelihood ratios, by a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression

from antispoof.metrics.thresholds import ensure_not_eval
from antispoof.metrics.validation import validate


@dataclass(frozen=True)
class Calibration:
    """``slope * score + offset`` is a natural-log likelihood ratio of bona fide."""

    slope: float
    offset: float

    def log_likelihood_ratios(self, scores: ArrayLike) -> np.ndarray:
        """(n,) scores -> (n,) log-likelihood ratios."""
        return self.slope * np.asarray(scores, dtype=np.float64) + self.offset


def fit_calibration(
    scores: ArrayLike, labels: ArrayLike, *, partition: str
) -> Calibration:
    """Fit the line by logistic regression in which both classes weigh the same.

    J. Platt, "Probabilistic outputs for support vector machines", 1999; N. Brümmer and
    J. du Preez 2006, section 5 (there with weights by the prior, here one half). The
    slope is shrunk a little, so that it has an end where the classes do not overlap;
    that takes scores whose scale is that of log odds.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    partition : where the trials come from: "train" or "dev".

    Raises
    ------
    ParameterError
        If the partition is "eval" or none.
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    """
    ensure_not_eval(partition, what="a calibration")
    scores, labels = validate(scores, labels, both_classes=True)
    line = LogisticRegression(class_weight="balanced").fit(scores[:, None], labels)
    return Calibration(float(line.coef_[0, 0]), float(line.intercept_[0]))
