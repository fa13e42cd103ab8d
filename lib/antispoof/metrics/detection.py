"""The detection error trade-off, and what is read off it: EER and AUC."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE
from antispoof.errors import ParameterError
from antispoof.metrics.validation import validate

EER_METHODS = ("organisers", "hull")


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
        """(m,) share of bona fide trials rejected, from 0 to 1."""
        return self.misses / self.n_bonafide

    @cached_property
    def false_alarm_rate(self) -> np.ndarray:
        """(m,) share of spoof trials accepted, from 1 to 0."""
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
    ends : (m,) how many trials lie at or below each threshold.
    thresholds : (m,) see :class:`DetCurve`.
    """

    order: np.ndarray
    is_bonafide: np.ndarray
    ends: np.ndarray
    thresholds: np.ndarray

    def curve(self, weights: np.ndarray | None = None) -> DetCurve:
        """The curve, every trial counting once or trial i `weights`[i] times (n,)."""
        n = self.order.size
        misses, rejected = np.zeros((2, n + 1), dtype=np.int64)
        if weights is None:
            np.cumsum(self.is_bonafide, out=misses[1:])
            rejected[1:] = np.arange(1, n + 1)
        else:
            weight = weights[self.order]
            np.cumsum(weight, out=rejected[1:])
            np.cumsum(weight * self.is_bonafide, out=misses[1:])
        if self.thresholds.size <= n:
            misses, rejected = misses[self.ends], rejected[self.ends]
        n_bonafide = int(misses[-1])
        n_spoof = int(rejected[-1]) - n_bonafide
        rejected -= misses
        return DetCurve(
            thresholds=self.thresholds,
            misses=misses,
            false_alarms=np.subtract(n_spoof, rejected, out=rejected),
            n_bonafide=n_bonafide,
            n_spoof=n_spoof,
        )


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
        ends=np.append(0, last_of_tie + 1),
        thresholds=np.append(below_all, ascending[last_of_tie]),
    )


def det_curve(scores: ArrayLike, labels: ArrayLike) -> DetCurve:
    """Errors at every threshold; tied scores share one.

    Parameters and errors as in :func:`rank`.
    """
    return rank(scores, labels).curve()


def eer(scores: ArrayLike, labels: ArrayLike, *, method: str = "organisers") -> float:
    """Equal error rate: the error where misses and false alarms are equally frequent.

    A finite set of trials seldom has such a threshold, hence two methods.
    ``"organisers"``, the default, is that of the ASVspoof challenges: the mean of the
    miss and false alarm rates at the threshold where they are closest. Two thresholds
    that are exactly equally close are averaged and ties are decided together, where
    the organisers' code depends on the order of the trials; so reversing all signs
    gives exactly one minus the EER, and scores that are all equal give 0.5. ``"hull"``
    interpolates on the convex hull of the ROC (N. Brümmer, *Measuring, refining and
    calibrating speaker and language information*, 2010): never above the other by more
    than a step of the curve, and at most 0.5.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    method : "organisers" or "hull".

    Returns
    -------
    A fraction between 0 and 1.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`; both classes are needed.
    ParameterError
        If the method is unknown.

    Examples
    --------
    >>> eer([-2.0, 0.5, -1.0, 1.0], [0, 0, 1, 1])
    0.5
    """
    if method not in EER_METHODS:
        raise ParameterError(
            f"method={method!r}; accepted are {', '.join(map(repr, EER_METHODS))}"
        )
    curve = det_curve(scores, labels)
    return eer_of(curve) if method == "organisers" else hull_eer_of(curve)


def eer_of(curve: DetCurve) -> float:
    """The organisers' EER of a curve."""
    here = _closest(curve)
    miss = sum(int(curve.misses[at]) for at in here) / curve.n_bonafide
    false_alarm = sum(int(curve.false_alarms[at]) for at in here) / curve.n_spoof
    return (miss + false_alarm) / (2 * len(here))


def eer_threshold_of(curve: DetCurve) -> float:
    """The organisers' EER threshold of a curve, the lower one of two."""
    return float(curve.thresholds[_closest(curve)[0]])


def _closest(curve: DetCurve) -> tuple[int, ...]:
    """Where the two rates are closest: one threshold, or two equally close."""

    def gap(at: int) -> int:
        # In whole numbers, so that "equally close" is exact; it rises at every step.
        misses, false_alarms = int(curve.misses[at]), int(curve.false_alarms[at])
        return misses * curve.n_spoof - false_alarms * curve.n_bonafide

    above = bisect_left(range(curve.misses.size), 0, key=gap)
    below = above - 1
    if gap(above) == -gap(below):
        return below, above
    return (above,) if gap(above) < -gap(below) else (below,)


def hull_eer_of(curve: DetCurve) -> float:
    """EER on the convex hull of a curve's ROC."""
    falls = np.diff(curve.false_alarms) < 0
    rises = np.diff(curve.misses) > 0
    # Only where false alarms stop falling and misses start rising can the hull bend.
    corner = np.append(np.append(True, falls[:-1] & rises[1:]), True)
    hull: list[tuple[int, int]] = []
    for point in zip(
        curve.false_alarms[corner].tolist(), curve.misses[corner].tolist(), strict=True
    ):
        while len(hull) > 1 and not _bends(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    false_alarm = np.array([x for x, _ in hull]) / curve.n_spoof
    miss = np.array([y for _, y in hull]) / curve.n_bonafide
    gap = miss - false_alarm
    above = int(np.searchsorted(gap, 0))
    share = gap[above - 1] / (gap[above - 1] - gap[above])
    return float(miss[above - 1] + share * (miss[above] - miss[above - 1]))


def _bends(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether b lies strictly below the line from a to c (false alarms falling)."""
    return (c[0] - a[0]) * (b[1] - a[1]) > (c[1] - a[1]) * (b[0] - a[0])


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Area under the ROC: the chance that a bona fide trial outscores a spoof one.

    A tie counts half. Parameters and errors as in :func:`eer`.

    Examples
    --------
    >>> auc([-1.0, 0.0, 0.0, 1.0], [0, 0, 1, 1])
    0.875
    """
    curve = det_curve(scores, labels)
    hit = curve.n_bonafide - curve.misses
    twice_area = np.sum((hit[:-1] + hit[1:]) * -np.diff(curve.false_alarms))
    return float(twice_area / (2 * curve.n_bonafide * curve.n_spoof))
