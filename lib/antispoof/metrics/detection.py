"""The detection error trade-off, and what is read off it: EER and AUC."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE
from antispoof.metrics.validation import validate


@dataclass(frozen=True)
class DetCurve:
    """Errors at every threshold that decides differently, thresholds rising.

    The first threshold lies just below the lowest score and accepts every trial; the
    others are the distinct scores, and the last one rejects every trial.

    Attributes
    ----------
    thresholds : (m,) floats; a trial is accepted as bona fide when its score is above.
    misses : (m,) number of bona fide trials rejected.
    false_alarms : (m,) number of spoof trials accepted.
    n_bonafide, n_spoof : number of trials.
    """

    thresholds: np.ndarray
    misses: np.ndarray
    false_alarms: np.ndarray
    n_bonafide: int
    n_spoof: int

    @cached_property
    def miss_rate(self) -> np.ndarray:
        """(m,) fraction of bona fide trials rejected, from 0 to 1."""
        return self.misses / self.n_bonafide

    @cached_property
    def false_alarm_rate(self) -> np.ndarray:
        """(m,) fraction of spoof trials accepted, from 1 to 0."""
        return self.false_alarms / self.n_spoof

    @cached_property
    def confusions(self) -> np.ndarray:
        """(m, 2, 2) confusion matrix at each threshold."""
        cells = (
            self.n_spoof - self.false_alarms,
            self.false_alarms,
            self.misses,
            self.n_bonafide - self.misses,
        )
        return np.stack(cells, axis=-1).reshape(-1, 2, 2)


@dataclass(frozen=True)
class Ranking:
    """Trials sorted once, so that curves of many weightings of them come cheap.

    Attributes
    ----------
    order : (n,) trials by rising score.
    is_bonafide : (n,) 1 for bona fide and 0 for spoof, in that order.
    cut_points : (m,) how many trials lie at or below each threshold.
    thresholds : (m,) see :class:`DetCurve`.
    """

    order: np.ndarray
    is_bonafide: np.ndarray
    cut_points: np.ndarray
    thresholds: np.ndarray

    def curve(self, weights: np.ndarray) -> DetCurve:
        """The curve where trial i counts `weights`[i] times (n,)."""
        weight = weights[self.order]
        misses, rejected = np.zeros((2, weight.size + 1), dtype=np.int64)
        np.cumsum(weight * self.is_bonafide, out=misses[1:])
        np.cumsum(weight, out=rejected[1:])
        misses, rejected = misses[self.cut_points], rejected[self.cut_points]
        n_bonafide = int(misses[-1])
        n_spoof = int(rejected[-1]) - n_bonafide
        false_alarms = n_spoof - (rejected - misses)
        return DetCurve(self.thresholds, misses, false_alarms, n_bonafide, n_spoof)


def rank(scores: ArrayLike, labels: ArrayLike) -> Ranking:
    """Sort trials by score.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    """
    scores, labels = validate(scores, labels, both_classes=True)
    order = np.argsort(scores, kind="stable")
    ascending = scores[order]
    last_of_tie = np.append(np.flatnonzero(np.diff(ascending)), scores.size - 1)
    below_all = np.nextafter(ascending[0], -np.inf)
    return Ranking(
        order=order,
        is_bonafide=(labels[order] == BONAFIDE).astype(np.int32),
        cut_points=np.append(0, last_of_tie + 1),
        thresholds=np.append(below_all, ascending[last_of_tie]),
    )


def det_curve(scores: ArrayLike, labels: ArrayLike) -> DetCurve:
    """Errors at every threshold; tied scores share one.

    Parameters and errors as in :func:`rank`.
    """
    ranking = rank(scores, labels)
    return ranking.curve(np.ones_like(ranking.order))


def eer(scores: ArrayLike, labels: ArrayLike) -> float:
    """Equal error rate: the error where misses and false alarms are equally frequent.

    A finite set of trials seldom has such a threshold. This is the definition of the
    ASVspoof challenges: the mean of the miss and false alarm rates at the threshold
    where they are closest. Two thresholds that are exactly equally close are averaged
    and ties are decided together, where the organisers' code depends on the order of
    the trials; so reversing all signs gives exactly one minus the EER, and scores that
    are all equal give 0.5. :func:`eer_hull` interpolates instead.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.

    Returns
    -------
    A fraction between 0 and 1.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.

    Examples
    --------
    >>> eer([-2.0, 0.5, -1.0, 1.0], [0, 0, 1, 1])
    0.5
    """
    return eer_from_curve(det_curve(scores, labels))


def eer_from_curve(curve: DetCurve) -> float:
    """The organisers' EER of a curve."""
    closest = _closest_thresholds(curve)
    miss = sum(int(curve.misses[i]) for i in closest) / curve.n_bonafide
    false_alarm = sum(int(curve.false_alarms[i]) for i in closest) / curve.n_spoof
    return (miss + false_alarm) / (2 * len(closest))


def eer_threshold(scores: ArrayLike, labels: ArrayLike) -> float:
    """The threshold of :func:`eer`, the lower one of two; arguments as there."""
    curve = det_curve(scores, labels)
    return float(curve.thresholds[_closest_thresholds(curve)[0]])


def _closest_thresholds(curve: DetCurve) -> tuple[int, ...]:
    """Where the two rates are closest: one threshold, or two equally close."""

    def gap(i: int) -> int:
        # In whole numbers, so that "equally close" is exact; it rises at every step.
        misses, false_alarms = int(curve.misses[i]), int(curve.false_alarms[i])
        return misses * curve.n_spoof - false_alarms * curve.n_bonafide

    above = bisect_left(range(curve.misses.size), 0, key=gap)
    below = above - 1
    if gap(above) == -gap(below):
        return below, above
    return (above,) if gap(above) < -gap(below) else (below,)


def eer_hull(scores: ArrayLike, labels: ArrayLike) -> float:
    """Equal error rate interpolated on the convex hull of the ROC.

    N. Brümmer, *Measuring, refining and calibrating speaker and language information*,
    2010. At most 0.5, and never above :func:`eer` by more than a step of the curve.
    Parameters and errors as in :func:`eer`.
    """
    return eer_hull_from_curve(det_curve(scores, labels))


def eer_hull_from_curve(curve: DetCurve) -> float:
    """:func:`eer_hull` of a curve."""
    _, _, posterior = isotonic_posteriors(curve)
    # Its vertices are the ends of the blocks that isotonic regression pools.
    vertex = np.append(np.append(True, np.diff(posterior) > 0), True)
    misses, false_alarms = curve.miss_rate[vertex], curve.false_alarm_rate[vertex]
    return float(np.interp(0, misses - false_alarms, misses))


def isotonic_posteriors(curve: DetCurve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best monotone recalibration, by pooling adjacent violators.

    All that fall are pooled at once, again and again until all rise. SciPy has it, too,
    but takes long to import.

    Returns
    -------
    For each distinct score (m - 1,): the fraction of the bona fide trials that have it,
    the fraction of the spoof trials, and the posterior of bona fide, each class
    weighing one half.
    """
    bonafide, spoof = np.diff(curve.miss_rate), -np.diff(curve.false_alarm_rate)
    weight = np.maximum(bonafide + spoof, 1e-300)  # a replicate may lack a score
    block, sums = np.arange(weight.size), np.stack([bonafide, weight])
    while (falls := np.diff(sums[0] / sums[1]) <= 0).any():
        pooled = np.append(0, np.cumsum(~falls))
        sums = np.stack([np.bincount(pooled, part) for part in sums])
        block = pooled[block]
    return bonafide, spoof, (sums[0] / sums[1])[block]


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Area under the ROC: the chance that a bona fide trial outscores a spoof one.

    A tie counts half. Parameters and errors as in :func:`eer`.

    Examples
    --------
    >>> auc([-1.0, 0.0, 0.0, 1.0], [0, 0, 1, 1])
    0.875
    """
    return auc_from_curve(det_curve(scores, labels))


def auc_from_curve(curve: DetCurve) -> float:
    """:func:`auc` of a curve."""
    hits = curve.n_bonafide - curve.misses
    twice_area = np.sum((hits[:-1] + hits[1:]) * -np.diff(curve.false_alarms))
    return float(twice_area / (2 * curve.n_bonafide * curve.n_spoof))
