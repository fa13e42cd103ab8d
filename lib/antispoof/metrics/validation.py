"""The checks that every metric makes of its input."""

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import LABELS
from antispoof.errors import ScoreError


def validate(
    scores: ArrayLike, labels: ArrayLike, *, both_classes: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Check scores and labels, and return them as arrays.

    Parameters
    ----------
    scores : (n,) floats, higher means more bona fide.
    labels : (n,) class indices, 0 = spoof, 1 = bonafide.
    both_classes : demand at least one trial of each class.

    Returns
    -------
    (n,) float64 scores and (n,) int64 labels.

    Raises
    ------
    ScoreError
        If there are no trials, the lengths differ, a score is not a finite number, a
        label is not a class index, or a demanded class is absent.

    Examples
    --------
    >>> validate([0.5, -1.0], [1, 0])
    (array([ 0.5, -1. ]), array([1, 0]))
    """
    try:
        score_array = np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScoreError("scores must be numbers, one per trial") from None
    label_array = np.asarray(labels)
    if score_array.ndim != 1 or label_array.shape != score_array.shape:
        raise ScoreError(
            f"scores of shape {score_array.shape} with labels of shape "
            f"{label_array.shape}; one score and one label per trial are accepted"
        )
    if score_array.size == 0:
        raise ScoreError("no trials were given; metrics need at least one")
    bad = np.flatnonzero(~np.isfinite(score_array))
    if bad.size:
        raise ScoreError(
            f"{bad.size} of {score_array.size} scores are not finite, "
            f"the first at position {bad[0]} ({score_array[bad[0]]})"
        )
    if label_array.dtype.kind not in "biu":
        raise ScoreError(
            f"labels of type {label_array.dtype}; class indices are accepted: "
            "0 = spoof, 1 = bonafide"
        )
    label_array = label_array.astype(np.int64, copy=False)
    unknown = label_array[(label_array < 0) | (label_array >= len(LABELS))]
    if unknown.size:
        raise ScoreError(f"label {unknown[0]}; accepted are 0 = spoof and 1 = bonafide")
    for index, name in enumerate(LABELS):
        if both_classes and not (label_array == index).any():
            raise ScoreError(
                f"none of the {label_array.size} trials is {name}; "
                "this metric compares the two classes"
            )
    return score_array, label_array
