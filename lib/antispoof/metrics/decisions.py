"""Metrics of decisions at a threshold; 0 is the default, as for the models' log-odds.

Each function takes ``scores`` (n,) and ``labels`` (n,), raises
:class:`~antispoof.errors.ScoreError` as :func:`~antispoof.metrics.validate` says, and
gives a fraction. The constant answers stand beside them because under a 9:1 imbalance
an accuracy means nothing alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, LABELS, SPOOF
from antispoof.metrics import counts
from antispoof.metrics.validation import validate


def decide(scores: ArrayLike, *, threshold: float = 0.0) -> np.ndarray:
    """(n,) class indices: bona fide where the score is strictly above the threshold."""
    return np.where(np.asarray(scores) > threshold, BONAFIDE, SPOOF)


def confusion_matrix(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> np.ndarray:
    """(2, 2) counts: true classes as rows, decided ones as columns; spoof first.

    Examples
    --------
    >>> confusion_matrix([-1.0, 2.0, 3.0], [0, 0, 1])
    array([[1, 1],
           [0, 1]])
    """
    scores, labels = validate(scores, labels)
    size = len(LABELS)
    cells = labels * size + decide(scores, threshold=threshold)
    return np.bincount(cells, minlength=size * size).reshape(size, size)


def accuracy(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Share of trials decided right."""
    return float(counts.accuracy(confusion_matrix(scores, labels, threshold=threshold)))


def macro_f1(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Mean of the F1 of spoof and of bonafide; an absent class counts as 0."""
    return float(counts.macro_f1(confusion_matrix(scores, labels, threshold=threshold)))


def balanced_accuracy(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> float:
    """Mean of the two recalls; NaN if a class is absent."""
    confusion = confusion_matrix(scores, labels, threshold=threshold)
    return float(counts.balanced_accuracy(confusion))


def recalls(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> np.ndarray:
    """(2,) recall of spoof and of bonafide; NaN for an absent class."""
    return counts.recalls(confusion_matrix(scores, labels, threshold=threshold))


def hter(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Half total error rate, one minus the balanced accuracy."""
    return float(counts.hter(confusion_matrix(scores, labels, threshold=threshold)))


def predicted_spoof_rate(
    scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0
) -> float:
    """Share of all trials decided spoof: how far the system leans that way."""
    confusion = confusion_matrix(scores, labels, threshold=threshold)
    return float(counts.predicted_spoof_rate(confusion))


@dataclass(frozen=True)
class OperatingPoint:
    """Everything that can be said of decisions at one threshold.

    Attributes
    ----------
    threshold : above it a trial is decided bona fide; infinite for a constant answer.
    confusion : (2, 2) counts, true classes as rows, order spoof, bonafide.
    """

    threshold: float
    confusion: np.ndarray

    @property
    def accuracy(self) -> float:
        """Share of trials decided right."""
        return float(counts.accuracy(self.confusion))

    @property
    def macro_f1(self) -> float:
        """Mean of the two classes' F1."""
        return float(counts.macro_f1(self.confusion))

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the two recalls."""
        return float(counts.balanced_accuracy(self.confusion))

    @property
    def recall_spoof(self) -> float:
        """Share of spoof trials decided right."""
        return float(counts.recalls(self.confusion)[SPOOF])

    @property
    def recall_bonafide(self) -> float:
        """Share of bona fide trials decided right."""
        return float(counts.recalls(self.confusion)[BONAFIDE])

    @property
    def hter(self) -> float:
        """Half total error rate."""
        return float(counts.hter(self.confusion))

    @property
    def predicted_spoof_rate(self) -> float:
        """Share of all trials decided spoof."""
        return float(counts.predicted_spoof_rate(self.confusion))


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


def always_spoof(labels: ArrayLike) -> OperatingPoint:
    """The constant answer "spoof", which no accuracy should be shown without."""
    return _constant(labels, np.inf)


def always_bonafide(labels: ArrayLike) -> OperatingPoint:
    """The constant answer "bonafide"."""
    return _constant(labels, -np.inf)


def _constant(labels: ArrayLike, threshold: float) -> OperatingPoint:
    return operating_point(np.zeros(np.shape(labels)), labels, threshold=threshold)
