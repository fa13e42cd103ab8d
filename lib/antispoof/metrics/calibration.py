"""Scores as probabilities: are they as sure as they should be?

Here ``scores`` are natural-log likelihood ratios of bona fide to spoof. A model trained
with cross entropy gives log posterior odds instead, which hold the class balance of its
training set: take that out with :func:`log_likelihood_ratios` first. Costs and prior of
the DCF are those of the ASVspoof 5 evaluation plan, track 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.isotonic import isotonic_regression

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ParameterError
from antispoof.metrics.detection import det_curve
from antispoof.metrics.validation import validate

P_SPOOF = 0.05
C_MISS = 1.0
C_FALSE_ALARM = 10.0


def log_likelihood_ratios(log_odds: ArrayLike, *, p_bonafide: float) -> np.ndarray:
    """Log posterior odds -> log-likelihood ratios.

    Parameters
    ----------
    log_odds : (n,) a model's scores.
    p_bonafide : share of bona fide trials the model was trained on (or, with a weighted
        loss, their share of the weight).

    Raises
    ------
    ParameterError
        If the share is not strictly between 0 and 1.

    Examples
    --------
    >>> log_likelihood_ratios([0.0], p_bonafide=0.5)
    array([0.])
    """
    if not 0 < p_bonafide < 1:
        raise ParameterError(f"p_bonafide={p_bonafide} must lie between 0 and 1")
    return np.asarray(log_odds, dtype=np.float64) - np.log(
        p_bonafide / (1 - p_bonafide)
    )


def cllr(scores: ArrayLike, labels: ArrayLike) -> float:
    """Cost of log-likelihood ratios, in bits; 1 is what "I do not know" costs.

    Parameters
    ----------
    scores : (n,) log-likelihood ratios. labels : (n,) class indices.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.

    Examples
    --------
    >>> cllr([0.0, 0.0], [0, 1])
    1.0
    """
    scores, labels = validate(scores, labels, both_classes=True)
    bonafide = np.logaddexp(0, -scores[labels == BONAFIDE]).mean()
    spoof = np.logaddexp(0, scores[labels == SPOOF]).mean()
    return float((bonafide + spoof) / (2 * np.log(2)))


def min_cllr(scores: ArrayLike, labels: ArrayLike) -> float:
    """Cllr after the best monotone recalibration: what is left is discrimination.

    The recalibration is isotonic regression (pool adjacent violators). Parameters and
    errors as in :func:`cllr`.
    """
    curve = det_curve(scores, labels)
    bonafide = np.diff(curve.misses)
    spoof = -np.diff(curve.false_alarms)
    # Each class weighs one half, whatever its size: likelihoods, not posteriors.
    likely = bonafide / curve.n_bonafide
    unlikely = spoof / curve.n_spoof
    weight = likely + unlikely
    posterior = isotonic_regression(likely / weight, sample_weight=weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A posterior of 0 or 1 has infinite cost only for trials that are not there.
        cost_bonafide = np.where(bonafide > 0, likely * -np.log2(posterior), 0)
        cost_spoof = np.where(spoof > 0, unlikely * -np.log2(1 - posterior), 0)
    return float((cost_bonafide.sum() + cost_spoof.sum()) / 2)


def actual_dcf(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    p_spoof: float = P_SPOOF,
    c_miss: float = C_MISS,
    c_false_alarm: float = C_FALSE_ALARM,
) -> float:
    """Normalised detection cost at the threshold that theory puts under these costs.

    A trial is accepted where its log-likelihood ratio reaches -log(c_miss (1 - p_spoof)
    / (c_false_alarm p_spoof)); the cost is divided by that of the better constant
    answer, so that 1 is useless and above 1 is worse than that.

    Parameters
    ----------
    scores : (n,) log-likelihood ratios. labels : (n,) class indices.
    p_spoof : prior of an attack. c_miss, c_false_alarm : costs of the two errors.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    ParameterError
        If the prior is not between 0 and 1, or a cost is not positive.
    """
    scores, labels = validate(scores, labels, both_classes=True)
    miss_weight, false_alarm_weight = _weights(p_spoof, c_miss, c_false_alarm)
    threshold = -np.log(miss_weight / false_alarm_weight)
    miss = (scores[labels == BONAFIDE] < threshold).mean()
    false_alarm = (scores[labels == SPOOF] >= threshold).mean()
    cost = miss_weight * miss + false_alarm_weight * false_alarm
    return float(cost / min(miss_weight, false_alarm_weight))


def min_dcf(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    p_spoof: float = P_SPOOF,
    c_miss: float = C_MISS,
    c_false_alarm: float = C_FALSE_ALARM,
) -> float:
    """Normalised detection cost at the best threshold: an oracle, like the EER.

    Parameters and errors as in :func:`actual_dcf`, but any scores will do.
    """
    curve = det_curve(scores, labels)
    miss_weight, false_alarm_weight = _weights(p_spoof, c_miss, c_false_alarm)
    cost = miss_weight * curve.miss_rate + false_alarm_weight * curve.false_alarm_rate
    return float(cost.min() / min(miss_weight, false_alarm_weight))


def _weights(
    p_spoof: float, c_miss: float, c_false_alarm: float
) -> tuple[float, float]:
    if not 0 < p_spoof < 1:
        raise ParameterError(f"p_spoof={p_spoof} must lie between 0 and 1")
    if c_miss <= 0 or c_false_alarm <= 0:
        raise ParameterError(f"{c_miss=} and {c_false_alarm=} must be positive")
    return c_miss * (1 - p_spoof), c_false_alarm * p_spoof


@dataclass(frozen=True)
class Reliability:
    """Said against seen, bin by bin; bins without trials are left out.

    Attributes
    ----------
    predicted : (b,) mean probability of bona fide the scores claim.
    observed : (b,) share of bona fide trials.
    count : (b,) trials.
    """

    predicted: np.ndarray
    observed: np.ndarray
    count: np.ndarray

    @property
    def calibration_error(self) -> float:
        """Mean distance of said from seen, weighted by trials (ECE)."""
        gap = np.abs(self.predicted - self.observed)
        return float(np.average(gap, weights=self.count))


def reliability(
    log_odds: ArrayLike, labels: ArrayLike, *, n_bins: int = 10
) -> Reliability:
    """Reliability of scores read as log posterior odds, in bins of equal width.

    Parameters
    ----------
    log_odds : (n,) scores; the claimed probability of bona fide is their sigmoid.
    labels : (n,) class indices.
    n_bins : number of bins between 0 and 1.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; one class is enough.
    ParameterError
        If the number of bins is not positive.
    """
    if n_bins < 1:
        raise ParameterError(f"n_bins={n_bins} must be positive")
    log_odds, labels = validate(log_odds, labels)
    probability = np.exp(-np.logaddexp(0, -log_odds))
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    count = np.bincount(bins, minlength=n_bins)
    filled = count > 0

    def mean(values: np.ndarray) -> np.ndarray:
        total = np.bincount(bins, weights=values, minlength=n_bins)
        return total[filled] / count[filled]

    return Reliability(mean(probability), mean(labels == BONAFIDE), count[filled])
