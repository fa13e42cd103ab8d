"""Calibration: do scores mean the probabilities that they stand for?

Here ``scores`` are natural-log likelihood ratios of bona fide to spoof. A model trained
with cross entropy gives log posterior odds instead, which contain the class balance of
its training set: calibrate them with :class:`antispoof.calibration.Calibration` first.
Costs and prior of the DCF are those of the ASVspoof 5 evaluation plan, track 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.metrics.detection import DetCurve, det_curve, isotonic_posteriors
from antispoof.metrics.validation import validate

P_SPOOF = 0.05  # prior of an attack
MISS_WEIGHT = 1.0 * (1 - P_SPOOF)  # cost of a miss times the prior of bona fide
FALSE_ALARM_WEIGHT = 10.0 * P_SPOOF


def cllr(scores: ArrayLike, labels: ArrayLike) -> float:
    """Cost of log-likelihood ratios, in bits.

    A system that always answers 50:50 has Cllr = 1.

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
    return float(cross_entropy(scores, labels, 0.0))


def cross_entropy(
    scores: ArrayLike, labels: ArrayLike, prior_log_odds: ArrayLike
) -> np.ndarray:
    """Empirical cross-entropy in bits at each prior, the same shape as the priors.

    D. Ramos and J. Gonzalez-Rodriguez, "Reliable support", Forensic Science
    International 2013. At even odds it is Cllr.

    Parameters
    ----------
    scores : (n,) log-likelihood ratios. labels : (n,) class indices.
    prior_log_odds : natural-log odds of bona fide.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    """
    scores, labels = validate(scores, labels, both_classes=True)
    prior = np.asarray(prior_log_odds, float)[..., np.newaxis]
    of_real = np.logaddexp(0, -scores[labels == BONAFIDE] - prior).mean(-1)
    of_fake = np.logaddexp(0, scores[labels == SPOOF] + prior).mean(-1)
    p_real = np.exp(-np.logaddexp(0, -prior[..., 0]))
    return (p_real * of_real + (1 - p_real) * of_fake) / np.log(2)


def min_cllr(scores: ArrayLike, labels: ArrayLike) -> float:
    """Cllr after the best monotone recalibration: it measures discrimination alone.

    The recalibration is isotonic regression (pool adjacent violators). Parameters and
    errors as in :func:`cllr`.
    """
    return min_cllr_from_curve(det_curve(scores, labels))


def min_cllr_from_curve(curve: DetCurve) -> float:
    """:func:`min_cllr` of a curve."""
    bonafide, spoof, posterior = isotonic_posteriors(curve)
    # Where a class has no trial the cost is 0, also at a posterior of 0 or 1.
    cost = bonafide @ np.log2(np.where(bonafide, posterior, 1))
    cost += spoof @ np.log2(np.where(spoof, 1 - posterior, 1))
    return float(-cost / 2)


def actual_dcf(scores: ArrayLike, labels: ArrayLike) -> float:
    """Normalised detection cost at the Bayes threshold of the costs.

    A trial is accepted where its log-likelihood ratio reaches -log(MISS_WEIGHT /
    FALSE_ALARM_WEIGHT); the cost is divided by that of the better constant answer, so
    that 1 is useless and above 1 is worse than that.

    Parameters
    ----------
    scores : (n,) log-likelihood ratios. labels : (n,) class indices.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    """
    scores, labels = validate(scores, labels, both_classes=True)
    threshold = -np.log(MISS_WEIGHT / FALSE_ALARM_WEIGHT)
    miss = (scores[labels == BONAFIDE] < threshold).mean()
    false_alarm = (scores[labels == SPOOF] >= threshold).mean()
    cost = MISS_WEIGHT * miss + FALSE_ALARM_WEIGHT * false_alarm
    return float(cost / min(MISS_WEIGHT, FALSE_ALARM_WEIGHT))


def min_dcf(scores: ArrayLike, labels: ArrayLike) -> float:
    """Normalised detection cost at the best threshold: an oracle, like the EER.

    Parameters and errors as in :func:`actual_dcf`, but any scores will do.
    """
    return min_dcf_from_curve(det_curve(scores, labels))


def min_dcf_from_curve(curve: DetCurve) -> float:
    """:func:`min_dcf` of a curve."""
    cost = MISS_WEIGHT * curve.miss_rate + FALSE_ALARM_WEIGHT * curve.false_alarm_rate
    return float(cost.min() / min(MISS_WEIGHT, FALSE_ALARM_WEIGHT))


@dataclass(frozen=True)
class Reliability:
    """Predicted probability and observed frequency per bin; empty bins are left out.

    Attributes
    ----------
    predicted : (b,) mean probability of bona fide from the scores.
    observed : (b,) fraction of bona fide trials.
    count : (b,) trials.
    """

    predicted: np.ndarray
    observed: np.ndarray
    count: np.ndarray

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: mean gap of the two, weighted by trials."""
        gap = np.abs(self.predicted - self.observed)
        return float(np.average(gap, weights=self.count))


def reliability(
    log_odds: ArrayLike, labels: ArrayLike, *, n_bins: int = 10
) -> Reliability:
    """Reliability of scores read as log posterior odds, in bins of equal width.

    Parameters
    ----------
    log_odds : (n,) scores; the predicted probability of bona fide is their sigmoid.
    labels : (n,) class indices.
    n_bins : number of bins between 0 and 1.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; one class is enough.
    """
    log_odds, labels = validate(log_odds, labels)
    probability = np.exp(-np.logaddexp(0, -log_odds))
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    count = np.bincount(bins, minlength=n_bins)
    filled = count > 0

    def mean(values: np.ndarray) -> np.ndarray:
        total = np.bincount(bins, weights=values, minlength=n_bins)
        return total[filled] / count[filled]

    return Reliability(mean(probability), mean(labels == BONAFIDE), count[filled])
