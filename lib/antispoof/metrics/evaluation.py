"""All metrics that the report shows of one system on one set of trials."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.metrics.attacks import MIN_TRIALS, per_attack
from antispoof.metrics.decisions import OperatingPoint, operating_point
from antispoof.metrics.registry import compute_metrics
from antispoof.metrics.tandem import AsvErrorRates, min_tdcf
from antispoof.metrics.thresholds import oracle_threshold
from antispoof.metrics.validation import validate

RATES = ("accuracy", "macro_f1", "balanced_accuracy")  # of every operating point


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
    at = {"zero": 0.0, "dev": dev_threshold, "oracle": oracle_threshold(scores, labels)}
    return {
        name: None if t is None else operating_point(scores, labels, threshold=t)
        for name, t in at.items()
    }


def evaluate(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    attacks: Sequence[str] | None = None,
    asv: AsvErrorRates | None = None,
    dev_threshold: float | None = None,
    ratios: ArrayLike | None = None,
) -> dict:
    """All metrics, as plain numbers ready for JSON.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    attacks : (n,) names of the attacks, for the EER of each.
    asv : error rates of the ASV system, for the min t-DCF (the form of 2019).
    dev_threshold : from :func:`~antispoof.metrics.choose_threshold`.
    ratios : (n,) the scores calibrated on dev, for Cllr and the actual DCF.

    Returns
    -------
    dict with the keys ``eer``; ``min_tdcf`` (None without ASV rates); ``at``, holding
    ``zero``, ``dev`` (None without a dev threshold) and ``oracle``, each with
    ``accuracy``, ``macro_f1``, ``balanced_accuracy`` and ``confusion`` (rows true,
    columns predicted; order spoof, bonafide); ``per_attack`` (attack -> EER, None with
    fewer than ten trials of a class; empty without attacks); ``n`` (trials of each
    class); ``metrics`` (every registered metric -> value, decisions at 0; None where it
    is not defined).

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
    points = operating_points(scores, labels, dev_threshold=dev_threshold)
    values = compute_metrics(scores, labels, ratios=ratios)
    size = np.bincount(labels)
    by_attack = {}
    if attacks is not None:
        by_attack = per_attack(scores, labels, attacks, min_trials=MIN_TRIALS)
    return {
        "eer": values["eer"],
        "min_tdcf": None if asv is None else min_tdcf(scores, labels, asv),
        "at": {
            name: point
            and {rate: getattr(point, rate) for rate in RATES}
            | {"confusion": point.confusion.tolist()}
            for name, point in points.items()
        },
        "per_attack": _nan_to_none(by_attack),
        "n": {"bonafide": int(size[BONAFIDE]), "spoof": int(size[SPOOF])},
        "metrics": _nan_to_none(values),
    }


def _nan_to_none(values: dict[str, float]) -> dict[str, float | None]:
    return {name: None if isnan(value) else value for name, value in values.items()}
