"""Decisions at a threshold; 0 is the default, as for the models' log-odds.

Each function takes ``scores`` (n,) and ``labels`` (n,) and raises
:class:`~antispoof.errors.ScoreError` as :func:`~antispoof.metrics.validate` does. The
formulas, and more rates, are in :mod:`antispoof.metrics.rates`.
"""

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


def macro_f1(scores: ArrayLike, labels: ArrayLike, *, threshold: float = 0.0) -> float:
    """Mean of the F1 of spoof and of bonafide; an absent class counts as 0."""
    return float(rates.macro_f1(confusion_matrix(scores, labels, threshold=threshold)))
