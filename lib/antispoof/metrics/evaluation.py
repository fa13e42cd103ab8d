"""Everything the report says of one system on one set of trials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.metrics.attacks import per_attack
from antispoof.metrics.decisions import OperatingPoint, operating_point
from antispoof.metrics.detection import det_curve, eer_of
from antispoof.metrics.tandem import AsvErrorRates, min_tdcf_of
from antispoof.metrics.thresholds import oracle_threshold
from antispoof.metrics.validation import validate


def operating_points(
    scores: ArrayLike, labels: ArrayLike, *, dev_threshold: float | None = None
) -> dict[str, OperatingPoint | None]:
    """The three thresholds every table shows.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    dev_threshold : from :func:`~antispoof.metrics.choose_threshold`, or None.

    Returns
    -------
    "zero", "dev" (None without a dev threshold) and "oracle" (the highest macro-F1 any
    threshold gives on these very trials) -> operating point.
    """
    oracle = oracle_threshold(scores, labels)
    return {
        "zero": operating_point(scores, labels, threshold=0.0),
        "dev": None
        if dev_threshold is None
        else operating_point(scores, labels, threshold=dev_threshold),
        "oracle": operating_point(scores, labels, threshold=oracle),
    }


def evaluate(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    attacks: Sequence[str] | None = None,
    asv: AsvErrorRates | None = None,
    dev_threshold: float | None = None,
) -> dict:
    """All headline metrics, as plain numbers ready for JSON.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    attacks : (n,) names of the attacks, for the EER of each.
    asv : error rates of the ASV system, for the min t-DCF (the form of 2019).
    dev_threshold : from :func:`~antispoof.metrics.choose_threshold`.

    Returns
    -------
    dict with the keys ``eer``; ``min_tdcf`` (None without ASV rates); ``at``, holding
    ``zero``, ``dev`` (None without a dev threshold) and ``oracle``, each with
    ``accuracy``, ``macro_f1``, ``balanced_accuracy`` and ``confusion`` (rows true,
    columns decided; order spoof, bonafide); ``per_attack`` (attack -> EER; empty
    without attacks); ``n`` (trials of each class).

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.

    Examples
    --------
    >>> evaluate([-2.0, 1.0], [0, 1])["at"]["zero"]["confusion"]
    [[1, 0], [0, 1]]
    """
    scores, labels = validate(scores, labels, both_classes=True)
    curve = det_curve(scores, labels)
    points = operating_points(scores, labels, dev_threshold=dev_threshold)
    size = np.bincount(labels)
    return {
        "eer": eer_of(curve),
        "min_tdcf": None if asv is None else min_tdcf_of(curve, asv),
        "at": {name: _plain(point) for name, point in points.items()},
        "per_attack": {} if attacks is None else per_attack(scores, labels, attacks),
        "n": {"bonafide": int(size[BONAFIDE]), "spoof": int(size[SPOOF])},
    }


def _plain(point: OperatingPoint | None) -> dict | None:
    if point is None:
        return None
    return {
        "accuracy": point.accuracy,
        "macro_f1": point.macro_f1,
        "balanced_accuracy": point.balanced_accuracy,
        "confusion": point.confusion.tolist(),
    }
