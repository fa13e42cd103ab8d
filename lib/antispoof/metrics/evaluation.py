"""All metrics of one system on one set of trials, and its EER on each attack."""

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ScoreError
from antispoof.metrics.decisions import confusion_matrix
from antispoof.metrics.detection import det_curve, eer
from antispoof.metrics.registry import METRICS, Metric
from antispoof.metrics.tandem import AsvErrorRates, min_tdcf
from antispoof.metrics.thresholds import operating_thresholds
from antispoof.metrics.validation import validate

MIN_TRIALS = 10  # of each class; an EER of fewer is not shown as a measurement
RATES = ("accuracy", "macro_f1", "balanced_accuracy")  # of every operating point


def compute_metrics(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    ratios: ArrayLike | None = None,
    metrics: Mapping[str, Metric] | None = None,
) -> dict[str, float]:
    """Every registered metric, decisions at 0.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    ratios : (n,) the scores as log-likelihood ratios, calibrated on dev; without them
        metrics that need ratios are NaN.
    metrics : name -> metric; METRICS by default.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    """
    scores, labels = validate(scores, labels, both_classes=True)
    given = {
        "scores": (scores, labels),
        "curve": (det_curve(scores, labels),),
        "confusion": (confusion_matrix(scores, labels),),
    }
    if ratios is not None:
        given["llr"] = (np.asarray(ratios), labels)
    return {
        name: float(metric(*given[metric.needs])) if metric.needs in given else np.nan
        for name, metric in (METRICS if metrics is None else metrics).items()
    }


def per_attack(
    scores: ArrayLike,
    labels: ArrayLike,
    attacks: Sequence[str],
    *,
    min_trials: int = MIN_TRIALS,
) -> dict[str, float]:
    """EER of each attack's trials together with all bona fide trials.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    attacks : (n,) names; those of bona fide trials are not read.
    min_trials : with fewer trials of either class the EER of an attack is NaN.

    Returns
    -------
    Attack -> EER, in the order of the attacks' names.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`.

    Examples
    --------
    >>> per_attack([-2.0, 1.0, 0.5], [0, 0, 1], ["A07", "A17", "-"], min_trials=1)
    {'A07': 0.0, 'A17': 1.0}
    """
    scores, labels = validate(scores, labels)
    if len(attacks) != scores.size:
        raise ScoreError(
            f"{len(attacks)} attack names for {scores.size} trials; one per trial is "
            "accepted"
        )
    attacks, values = np.asarray(attacks, dtype=str), {}
    for name in np.unique(attacks[labels == SPOOF]).tolist():
        own = (labels == BONAFIDE) | (attacks == name)
        few = np.bincount(labels[own], minlength=2).min() < min_trials
        values[name] = float("nan") if few else eer(scores[own], labels[own])
    return values


def evaluate(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    attacks: Sequence[str] | None = None,
    asv: AsvErrorRates | None = None,
    dev: tuple[ArrayLike, ArrayLike] | None = None,
    ratios: ArrayLike | None = None,
) -> dict:
    """All metrics, as plain numbers ready for JSON.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices; both classes are needed.
    attacks : (n,) names of the attacks, for the EER of each.
    asv : error rates of the ASV system, for the min t-DCF (the form of 2019).
    dev : scores and labels of the same system on dev, for a threshold.
    ratios : (n,) the scores calibrated on dev, for Cllr and the actual DCF.

    Returns
    -------
    dict with the keys ``eer``; ``min_tdcf`` (None without ASV rates); ``at``, holding
    ``zero``, ``dev`` (None without dev) and ``oracle``, each with ``accuracy``,
    ``macro_f1``, ``balanced_accuracy`` and ``confusion`` (rows true, columns predicted;
    order spoof, bonafide); ``per_attack`` (attack -> EER, None with fewer than ten
    trials of a class; empty without attacks); ``n`` (trials of each class); ``metrics``
    (every registered metric -> value, decisions at 0; None where it is not defined).

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
    values = compute_metrics(scores, labels, ratios=ratios)
    at = {"zero": None, "dev": None, "oracle": None}
    for name, threshold in operating_thresholds(scores, labels, dev=dev).items():
        confusion = confusion_matrix(scores, labels, threshold=threshold)
        at[name] = {rate: float(METRICS[rate](confusion)) for rate in RATES}
        at[name]["confusion"] = confusion.tolist()
    by_attack = {} if attacks is None else per_attack(scores, labels, attacks)
    size = np.bincount(labels)
    return {
        "eer": values["eer"],
        "min_tdcf": None if asv is None else min_tdcf(scores, labels, asv),
        "at": at,
        "per_attack": _nan_to_none(by_attack),
        "n": {"bonafide": int(size[BONAFIDE]), "spoof": int(size[SPOOF])},
        "metrics": _nan_to_none(values),
    }


def _nan_to_none(values: dict[str, float]) -> dict[str, float | None]:
    return {name: None if isnan(value) else value for name, value in values.items()}
