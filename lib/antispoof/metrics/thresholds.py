"""Where to put the threshold, and on which trials that may be decided.

Nothing is ever chosen on eval. A function that chooses takes the partition its trials
come from and refuses "eval". :func:`oracle_threshold` uses the answers, as its name
says; its results are upper bounds, never choices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from antispoof.errors import ParameterError
from antispoof.metrics import rates
from antispoof.metrics.detection import DetCurve, det_curve, eer_threshold_from_curve

CRITERIA = ("balanced_accuracy", "macro_f1", "accuracy", "eer")
ROUNDING = 1e-12


def ensure_not_eval(partition: str, *, what: str) -> None:
    """Raise unless choices may be made on this partition.

    Parameters
    ----------
    partition : "train" or "dev" pass.
    what : what is being chosen, for the sentence, such as "a threshold".

    Raises
    ------
    ParameterError
        For "eval", and for a name that is not a partition.
    """
    if partition not in ("train", "dev"):
        raise ParameterError(
            f"{what} was to be chosen on partition {partition!r}; accepted are 'train' "
            "and 'dev', nothing is ever chosen on eval"
        )


def choose_threshold(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    partition: str,
    criterion: str = "balanced_accuracy",
) -> float:
    """The threshold that is best on train or dev.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    partition : where the trials come from; "eval" is refused.
    criterion : what is best. "balanced_accuracy", the default, is the point of the ROC
        farthest above the diagonal (Youden's index; equally, the smallest HTER);
        "macro_f1" and "accuracy" depend on the class balance of the partition; "eer"
        is the organisers' EER threshold.

    Returns
    -------
    One of the scores (or a value just below them all); decide bona fide above it. Of
    several equally good thresholds the lowest.

    Raises
    ------
    ParameterError
        If the partition is eval or unknown, or the criterion is unknown.
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.

    Examples
    --------
    >>> choose_threshold([-2.0, -1.0, 1.0], [0, 0, 1], partition="dev")
    -1.0
    """
    ensure_not_eval(partition, what="a threshold")
    return _best_threshold(det_curve(scores, labels), criterion)


def oracle_threshold(
    scores: ArrayLike, labels: ArrayLike, *, criterion: str = "macro_f1"
) -> float:
    """The threshold that is best on these very trials: a ceiling, not a choice.

    With the default criterion no threshold whatever gives these trials a higher
    macro-F1. Report what it gives as *oracle*, and use it for nothing else.
    Parameters and errors as in :func:`choose_threshold`.
    """
    return _best_threshold(det_curve(scores, labels), criterion)


def _best_threshold(curve: DetCurve, criterion: str) -> float:
    if criterion not in CRITERIA:
        raise ParameterError(
            f"criterion={criterion!r}; accepted are {', '.join(map(repr, CRITERIA))}"
        )
    if criterion == "eer":
        return eer_threshold_from_curve(curve)
    values = getattr(rates, criterion)(curve.confusions)
    # The lowest of those equally good; rounding must not separate them.
    return float(curve.thresholds[np.argmax(values >= values.max() - ROUNDING)])
