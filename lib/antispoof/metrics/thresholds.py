"""Where to put the threshold, and on which trials that may be decided.

Nothing is ever chosen on eval. A function that chooses takes the partition its trials
come from and refuses "eval". :func:`oracle_threshold` uses the answers, as its name
says; its results are upper bounds, never choices.
"""

import numpy as np
from numpy.typing import ArrayLike

from antispoof.errors import ParameterError
from antispoof.metrics import rates
from antispoof.metrics.detection import DetCurve, det_curve

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


def choose_threshold(scores: ArrayLike, labels: ArrayLike, *, partition: str) -> float:
    """The threshold with the highest balanced accuracy on train or dev.

    It is the point of the ROC farthest above the diagonal (Youden's index; equally, the
    smallest HTER), and does not depend on the class balance of the partition.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    partition : where the trials come from; "eval" is refused.

    Returns
    -------
    One of the scores (or a value just below them all); decide bona fide above it. Of
    several equally good thresholds the lowest.

    Raises
    ------
    ParameterError
        If the partition is eval or unknown.
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.

    Examples
    --------
    >>> choose_threshold([-2.0, -1.0, 1.0], [0, 0, 1], partition="dev")
    -1.0
    """
    ensure_not_eval(partition, what="a threshold")
    curve = det_curve(scores, labels)
    return _best_threshold(curve, rates.balanced_accuracy(curve.confusions))


def oracle_threshold(scores: ArrayLike, labels: ArrayLike) -> float:
    """The threshold with the highest macro-F1 on these very trials: not a choice.

    No threshold whatever gives these trials a higher macro-F1. Report what it gives as
    *oracle*, and use it for nothing else. Errors as in :func:`choose_threshold`.
    """
    curve = det_curve(scores, labels)
    return _best_threshold(curve, rates.macro_f1(curve.confusions))


def operating_thresholds(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    dev: tuple[ArrayLike, ArrayLike] | None = None,
) -> dict[str, float]:
    """The thresholds that every table shows.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    dev : scores and labels of the same system on dev.

    Returns
    -------
    ``zero``; ``dev``, chosen on dev, if that is given; ``oracle``, the best on these
    very trials.
    """
    thresholds = {"zero": 0.0}
    if dev is not None:
        thresholds["dev"] = choose_threshold(*dev, partition="dev")
    return thresholds | {"oracle": oracle_threshold(scores, labels)}


def _best_threshold(curve: DetCurve, values: np.ndarray) -> float:
    # The lowest of those equally good; rounding must not separate them.
    return float(curve.thresholds[np.argmax(values >= values.max() - ROUNDING)])
