"""Every rate of decisions, from confusion matrices: arrays (..., 2, 2) of counts.

Rows are true classes, columns predicted ones, both in the order spoof, bonafide. The
leading axes are kept, so that the bootstrap can pass thousands of matrices at once. A
rate over no trials is NaN.
"""

import numpy as np

from antispoof.constants import BONAFIDE, SPOOF


def accuracy(confusions: np.ndarray) -> np.ndarray:
    """Fraction of trials decided correctly."""
    return _fraction(_correct(confusions).sum(-1), confusions.sum((-2, -1)))


def recalls(confusions: np.ndarray) -> np.ndarray:
    """(..., 2) fraction of each class decided correctly; NaN for an absent class."""
    return _fraction(_correct(confusions), confusions.sum(-1))


def recall_spoof(confusions: np.ndarray) -> np.ndarray:
    """Fraction of the spoof trials decided correctly."""
    return recalls(confusions)[..., SPOOF]


def recall_bonafide(confusions: np.ndarray) -> np.ndarray:
    """Fraction of the bona fide trials decided correctly."""
    return recalls(confusions)[..., BONAFIDE]


def balanced_accuracy(confusions: np.ndarray) -> np.ndarray:
    """Mean of the two recalls; NaN if a class is absent."""
    return recalls(confusions).mean(-1)


def macro_f1(confusions: np.ndarray) -> np.ndarray:
    """Mean of the two classes' F1; 0 for a class neither present nor predicted."""
    true_and_predicted = confusions.sum(-1) + confusions.sum(-2)
    return (2 * _correct(confusions) / np.maximum(true_and_predicted, 1)).mean(-1)


def hter(confusions: np.ndarray) -> np.ndarray:
    """Half total error rate: mean of the miss and false alarm rates."""
    return 1 - balanced_accuracy(confusions)


def predicted_spoof_rate(confusions: np.ndarray) -> np.ndarray:
    """Fraction of all trials decided spoof."""
    return _fraction(confusions[..., SPOOF].sum(-1), confusions.sum((-2, -1)))


def constant_answer(confusions: np.ndarray, answer: int) -> np.ndarray:
    """(..., 2, 2) confusion matrices of one answer, SPOOF or BONAFIDE, to all trials.

    The constant answer "spoof" is the baseline of every accuracy.
    """
    constant = np.zeros_like(confusions)
    constant[..., answer] = confusions.sum(-1)
    return constant


def _correct(confusions: np.ndarray) -> np.ndarray:
    return np.diagonal(confusions, axis1=-2, axis2=-1)


def _fraction(part: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.where(total > 0, part / np.maximum(total, 1), np.nan)
