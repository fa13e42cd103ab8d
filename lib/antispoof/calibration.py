"""From any score to log odds and an answer, by clips of train or dev.

A line gives the log odds of bona fide. Both classes have the same weight, so the log
odds hold where real and fake are equally frequent. They are then natural-log likelihood
ratios, too. A ratio that is stated is shrunken and bounded (Morrison and Poh, "Avoiding
overstating the strength of forensic evidence", Science and Justice 2018): the line is
fitted with a little weight on the wrong class, and no ratio is larger than the number
of clips that could have contradicted it.

The answer is split-conformal (Vovk, Gammerman and Shafer, "Algorithmic learning in a
random world", 2005, section 4): a class is excluded if at most a fraction ``ALPHA`` of
its clips has a score as far away. So among clips such as those of the calibration, at
most this fraction of a class is called the other. For clips of another kind, nothing is
promised. How well it holds there is tested by leaving out one source at a time, and an
answer that is not right often enough there is never given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, LABELS, SPOOF
from antispoof.errors import ParameterError

# Largest fraction of a class that is called the other. To call a real person fake is
# worse than to miss a fake.
ALPHA = {BONAFIDE: 0.025, SPOOF: 0.05}
KAPPA = 1.0  # clips of the wrong class, by which the line is shrunken
# An answer is never given if a smaller fraction of it is right on sources that are left
# out. One that cannot be tested in this way, as with a single source, is given.
MIN_RIGHT = 0.9


@dataclass(frozen=True)
class Calibration:
    """Log odds of bona fide = slope * score + intercept, at a prior of one half.

    Attributes
    ----------
    slope, intercept : of the line.
    n_bonafide, n_spoof : number of trials that it was fitted on.
    spoof_below : scores below it are not bona fide, at the level of ALPHA.
    bonafide_above : scores above it are not spoof. The two may be in either order.
    largest_llr_spoof : no clip speaks more for spoof; log of the effective number of
        real clips, and one more.
    largest_llr_bonafide : the same for bona fide, by the fakes.
    withheld : answers that are never given, see MIN_RIGHT; the answer is then
        ``uncertain``.

    Raises
    ------
    ParameterError
        If one of these is no label.
    """

    slope: float
    intercept: float
    n_bonafide: int
    n_spoof: int
    spoof_below: float = -np.inf
    bonafide_above: float = np.inf
    largest_llr_spoof: float = np.inf
    largest_llr_bonafide: float = np.inf
    withheld: Sequence[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if unknown := {*self.withheld} - {*LABELS}:
            raise ParameterError(f"answers {unknown}; accepted: {', '.join(LABELS)}")

    @classmethod
    def fit(
        cls,
        scores: ArrayLike,
        labels: ArrayLike,
        *,
        partition: str,
        sources: Sequence[str] | None = None,
    ) -> Calibration:
        """Fit the line by logistic regression in which both classes weigh the same.

        J. Platt, "Probabilistic outputs for support vector machines", 1999; N. Brümmer
        and J. du Preez 2006, section 5 (there with weights by the prior, here one
        half). L2 regularisation (scikit-learn's default C = 1) keeps the slope finite
        for separable classes; it assumes scores on the scale of log odds.

        Parameters
        ----------
        scores : (n,) floats. labels : (n,) class indices; both classes are needed.
        partition : where the trials come from: "train" or "dev".
        sources : (n,) where each clip was recorded or made; within a class all sources
            have the same weight, and answers may be withheld. None: all clips have the
            same weight, and both answers are given.

        Raises
        ------
        ParameterError
            If the partition is "eval" or unknown.
        ScoreError
            See :func:`antispoof.metrics.validate`; both classes are needed.
        """
        # Imported late: a prediction for one clip needs none of these.
        from sklearn.linear_model import LogisticRegression

        from antispoof import metrics

        metrics.ensure_not_eval(partition, what="a calibration")
        scores, labels = metrics.validate(scores, labels, both_classes=True)
        sources = np.zeros(len(labels)) if sources is None else np.asarray(sources)
        weights = _class_weights(labels, sources)
        wrong = weights * KAPPA / _effective_number(weights)
        x, y = np.tile(scores, 2)[:, None], np.concatenate([labels, 1 - labels])
        line = LogisticRegression().fit(x, y, np.concatenate([weights, wrong]))
        n = np.bincount(labels).tolist()
        real, fake = labels == BONAFIDE, labels == SPOOF
        withheld = [
            name
            for answer, name in enumerate(LABELS)
            if share_right(scores, labels, sources, answer) < MIN_RIGHT
        ]
        return cls(
            float(line.coef_[0, 0]),
            float(line.intercept_[0]),
            n_bonafide=n[BONAFIDE],
            n_spoof=n[SPOOF],
            spoof_below=_limit(scores[real], weights[real], ALPHA[BONAFIDE]),
            bonafide_above=-_limit(-scores[fake], weights[fake], ALPHA[SPOOF]),
            largest_llr_spoof=float(np.log1p(_effective_number(weights[real]))),
            largest_llr_bonafide=float(np.log1p(_effective_number(weights[fake]))),
            withheld=withheld,
        )

    def log_odds(self, scores: ArrayLike) -> np.ndarray:
        """Log odds of bona fide, same shape as `scores`."""
        return self.slope * np.asarray(scores, float) + self.intercept

    def llr(self, scores: ArrayLike) -> np.ndarray:
        """Natural-log likelihood ratio of bona fide to spoof, within its bounds."""
        log_odds = self.log_odds(scores)
        return np.clip(log_odds, -self.largest_llr_spoof, self.largest_llr_bonafide)

    def probability(self, scores: ArrayLike) -> np.ndarray:
        """Probability of bona fide at a prior of one half, by the bounded ratio."""
        return np.exp(-np.logaddexp(0, -self.llr(scores)))

    def answer(self, scores: ArrayLike) -> np.ndarray:
        """``bonafide``, ``spoof``, or ``uncertain`` where not one class is excluded."""
        scores = np.asarray(scores, float)
        low, high = self.thresholds
        otherwise = np.where(scores < low, "spoof", "uncertain")
        return np.where(scores > high, "bonafide", otherwise)

    @property
    def threshold(self) -> float:
        """The score at which both classes are equally probable."""
        return -self.intercept / self.slope

    @property
    def thresholds(self) -> tuple[float, float]:
        """Below the first the answer is spoof, above the second bonafide.

        Infinite for an answer that is withheld.
        """
        low, high = sorted((self.spoof_below, self.bonafide_above))
        return (
            -np.inf if "spoof" in self.withheld else low,
            np.inf if "bonafide" in self.withheld else high,
        )


def source_weights(sources: Sequence[str]) -> np.ndarray:
    """(n,) weights that add up to 1, the same for each source."""
    names, inverse, counts = np.unique(sources, return_inverse=True, return_counts=True)
    return 1 / (len(names) * counts[inverse])


def answers_left_out(
    scores: np.ndarray, labels: np.ndarray, sources: np.ndarray, answer: int
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Which clips get an answer if their source is left out of the calibration.

    By the limit of this answer alone, as if the other one were never given.

    Parameters
    ----------
    scores, labels, sources : (n,), as in `Calibration.fit`.
    answer : class index.

    Yields
    ------
    source, class index and, for each of its clips, whether it gets the answer.
    """
    far, other = scores if answer == SPOOF else -scores, 1 - answer
    for source in np.unique(sources):
        left_out = sources == source
        rest = ~left_out & (labels == other)
        if rest.any():
            limit = _limit(far[rest], source_weights(sources[rest]), ALPHA[other])
            for label in np.unique(labels[left_out]):
                yield source, label, far[left_out & (labels == label)] < limit


def share_right(
    scores: np.ndarray, labels: np.ndarray, sources: np.ndarray, answer: int
) -> float:
    """How often an answer is right on sources left out; see :func:`answers_left_out`.

    Both classes are equally frequent, and within a class every source has the same
    weight. NaN if no clip there gets the answer, or no clip of a class can be tested:
    its limit is that of the other sources, so the other class needs two.
    """
    shares = {SPOOF: [], BONAFIDE: []}
    for _, label, given in answers_left_out(scores, labels, sources, answer):
        shares[label].append(given.mean())
    if not all(shares.values()):
        return np.nan
    right, wrong = np.mean(shares[answer]), np.mean(shares[1 - answer])
    return float(right / (right + wrong)) if right + wrong else np.nan


def _effective_number(weights: np.ndarray) -> float:
    """How many equally heavy clips would be as exact (L. Kish 1965)."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def _class_weights(labels: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Weights that add up to n / 2 in each class, the same for each source in it."""
    weights = np.empty(len(labels))
    for label in (SPOOF, BONAFIDE):
        rows = np.flatnonzero(labels == label)
        weights[rows] = len(labels) / 2 * source_weights(sources[rows])
    return weights


def _limit(scores: np.ndarray, weights: np.ndarray, alpha: float) -> float:
    """Scores below it belong to at most `alpha` of a class; -inf if clips are too few.

    The clip that is judged counts as one more of the class, as heavy as the mean.
    """
    order = np.argsort(scores)
    one = weights.mean()
    below = np.concatenate([[0], np.cumsum(weights[order])])  # weight of the k lowest
    possible = (below[:-1] + one) / (weights.sum() + one) <= alpha
    return float(scores[order][possible.sum() - 1]) if possible.any() else -np.inf
