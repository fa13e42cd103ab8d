"""Metrics of decisions at a threshold; 0 is the default, as for the models' log-odds.

Each function takes ``scores`` (n,) and ``labels`` (n,), raises
:class:`~antispoof.errors.ScoreError` as :func:`~antispoof.metrics.validate` does, and
returns a fraction. The formulas are in :mod:`antispoof.metrics.rates`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.metrics import rates
from antispoof.metrics.validation import validate


def decide(scores: ArrayLike, *, threshold: float = 0.0) -> np.ndarray:
    """(n,) class indices: bona fide where the score is strictly above the threshold."""
    return np.where(np.asarray(scores) > threshold, BONAFIDE, SPOOF)


def confusion_matrix(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> np.ndarray:
    """(2, 2) counts: true classes as rows, predicted ones as columns; spoof first.

    Examples
    --------
    >>> confusion_matrix([-1.0, 2.0, 3.0], [0, 0, 1])
    array([[1, 1],
           [0, 1]])
    """
    scores, labels = validate(scores, labels)
    cells = 2 * labels + decide(scores, threshold=threshold)
    return np.bincount(cells, minlength=4).reshape(2, 2)


@dataclass(frozen=True)
class OperatingPoint:
    """The decisions at one threshold, and every rate of them as an attribute.

    Attributes
    ----------
    threshold : above it a trial is decided bona fide; infinite for a constant answer.
    confusion : (2, 2) counts, true classes as rows, order spoof, bonafide.
    accuracy, macro_f1, balanced_accuracy, recall_spoof, recall_bonafide, hter,
    predicted_spoof_rate : see the functions of the same names.
    """

    threshold: float
    confusion: np.ndarray

    accuracy = property(lambda self: float(rates.accuracy(self.confusion)))
    macro_f1 = property(lambda self: float(rates.macro_f1(self.confusion)))
    balanced_accuracy = property(
        lambda self: float(rates.balanced_accuracy(self.confusion))
    )
    recall_spoof = property(lambda self: float(rates.recall_spoof(self.confusion)))
    recall_bonafide = property(
        lambda self: float(rates.recall_bonafide(self.confusion))
    )
    hter = property(lambda self: float(rates.hter(self.confusion)))
    predicted_spoof_rate = property(
        lambda self: float(rates.predicted_spoof_rate(self.confusion))
    )


def operating_point(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> OperatingPoint:
    """Decide every trial at one threshold.

    Examples
    --------
    >>> operating_point([-1.0, 2.0, 3.0], [0, 0, 1]).recall_spoof
    0.5
    """
    return OperatingPoint(
        float(threshold), confusion_matrix(scores, labels, threshold=threshold)
    )


def accuracy(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Fraction of trials decided correctly."""
    return operating_point(scores, labels, threshold=threshold).accuracy


def macro_f1(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Mean of the F1 of spoof and of bonafide; an absent class counts as 0."""
    return operating_point(scores, labels, threshold=threshold).macro_f1


def balanced_accuracy(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> float:
    """Mean of the two recalls; NaN if a class is absent."""
    return operating_point(scores, labels, threshold=threshold).balanced_accuracy


def hter(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Half total error rate, one minus the balanced accuracy."""
    return operating_point(scores, labels, threshold=threshold).hter


def predicted_spoof_rate(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> float:
    """Fraction of all trials decided spoof."""
    return operating_point(scores, labels, threshold=threshold).predicted_spoof_rate


def always_spoof(labels: ArrayLike) -> OperatingPoint:
    """The constant answer "spoof", the baseline of every accuracy."""
    return operating_point(np.zeros(np.shape(labels)), labels, threshold=np.inf)


def always_bonafide(labels: ArrayLike) -> OperatingPoint:
    """The constant answer "bonafide"."""
    return operating_point(np.zeros(np.shape(labels)), labels, threshold=-np.inf)
