"""Rates of decisions, from counts: arrays (..., 2, 2) of confusion matrices.

Rows are true classes, columns decided ones, both in the order spoof, bonafide. Every
function keeps the leading axes, so the bootstrap can use it on thousands of matrices at
once. A rate over no trials is NaN.
"""

from __future__ import annotations

import numpy as np

from antispoof.constants import SPOOF


def accuracy(confusions: np.ndarray) -> np.ndarray:
    """Share of trials decided right."""
    return _share(_right(confusions).sum(-1), confusions.sum((-2, -1)))


def recalls(confusions: np.ndarray) -> np.ndarray:
    """(..., 2) share of each class decided right; NaN for an absent class."""
    return _share(_right(confusions), confusions.sum(-1))


def balanced_accuracy(confusions: np.ndarray) -> np.ndarray:
    """Mean of the two recalls; NaN if a class is absent."""
    return recalls(confusions).mean(-1)


def macro_f1(confusions: np.ndarray) -> np.ndarray:
    """Mean of the two classes' F1; 0 for a class neither present nor decided."""
    right = _right(confusions)
    mentions = confusions.sum(-1) + confusions.sum(-2)
    return (2 * right / np.maximum(mentions, 1)).mean(-1)


def hter(confusions: np.ndarray) -> np.ndarray:
    """Half total error rate: mean of the miss and false alarm rates."""
    return 1 - balanced_accuracy(confusions)


def predicted_spoof_rate(confusions: np.ndarray) -> np.ndarray:
    """Share of all trials decided spoof."""
    return _share(confusions[..., SPOOF].sum(-1), confusions.sum((-2, -1)))


def _right(confusions: np.ndarray) -> np.ndarray:
    return np.diagonal(confusions, axis1=-2, axis2=-1)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
