"""A value, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import t as student

LEVEL = 0.95
NEVER = 1e-12  # p-values below this are given as this


@dataclass(frozen=True)
class Estimate:
    """A value with the variances of its sampling.

    The half-width of an interval is that of each source of variance by itself, its
    standard error times Student's t, added in quadrature (the MOVER of G. Y. Zou and A.
    Donner, Statistics in Medicine 27, 2008). With few seeds that is never too narrow,
    as plain percentiles and pooled degrees of freedom are.

    Attributes
    ----------
    value : the estimate itself, on all seeds and trials.
    sources : (variance, degrees of freedom) of each independent source, such as seeds
        and speakers.
    per_seed : (n_seeds,) the value of each seed by itself, on all trials.
    """

    value: float
    sources: tuple[tuple[float, float], ...]
    per_seed: np.ndarray

    @property
    def standard_error(self) -> float:
        """Of the value, from all sources."""
        return float(np.sqrt(sum(variance for variance, _ in self.sources)))

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Confidence interval of a difference, or of anything without bounds.

        A value that never varied between replicates, such as an error of exactly 0, has
        an interval without width: the bootstrap cannot see what it has not seen.
        """
        reach = self._reach(1 - level)
        return self.value - reach, self.value + reach

    def rate_interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Confidence interval of a share between 0 and 1, which it never leaves.

        It is symmetrical in log-odds, as a share's sampling nearly is.
        """
        spread = self.value * (1 - self.value)
        if spread <= 0:
            low, high = self.interval(level)
            return max(low, 0.0), min(high, 1.0)
        reach = self._reach(1 - level) / spread
        low, high = expit(logit(self.value) + np.array([-reach, reach]))
        return float(low), float(high)

    def p_value(self, null: float = 0.0) -> float:
        """Two-sided p-value of the true value being `null`.

        It is below 0.05 exactly when the 95 % :meth:`interval` leaves `null` out.
        """
        distance = abs(self.value - null)
        if distance == 0 or np.isinf(self.standard_error):
            return 1.0
        if distance >= self._reach(NEVER):
            return NEVER if self.standard_error else 0.0
        return float(brentq(lambda p: self._reach(p) - distance, NEVER, 1.0))

    def _reach(self, alpha: float) -> float:
        """Half-width of the interval that errs in a share `alpha` of cases."""
        squares = [
            variance * student.isf(alpha / 2, freedom) ** 2
            for variance, freedom in self.sources
            if variance
        ]
        return float(np.sqrt(sum(squares)))


@dataclass(frozen=True)
class BootstrapDistribution:
    """A quantity on all data and in every bootstrap replicate.

    Attributes
    ----------
    value : on all data, averaged over seeds.
    per_seed : (n_seeds,) on all trials.
    draws : (n_replicates,) with seeds and trials resampled.
    seed_draws : (n_replicates,) with the same seeds but all trials.
    n_speakers : number of speakers (or, of a single speaker, utterances) drawn from.
    """

    value: float
    per_seed: np.ndarray
    draws: np.ndarray
    seed_draws: np.ndarray
    n_speakers: int

    @property
    def estimate(self) -> Estimate:
        """The value, with its variance from seeds and, for the rest, from speakers."""
        # Replicates in which a metric does not exist (an attack not drawn) are NaN.
        drawn = self.draws[~np.isnan(self.draws)]
        variance = float(np.var(drawn, ddof=1)) if drawn.size > 1 else np.inf
        from_seeds, n_seeds = 0.0, len(self.per_seed)
        if n_seeds > 1:
            from_seeds = float(np.var(self.seed_draws, ddof=1))
        from_speakers = max(variance - from_seeds, 0.0)
        return Estimate(
            value=self.value,
            sources=(
                (from_seeds, max(n_seeds - 1, 1)),
                (from_speakers, max(self.n_speakers - 1, 1)),
            ),
            per_seed=self.per_seed,
        )


def combine(
    function: Callable[..., ArrayLike], *given: BootstrapDistribution
) -> BootstrapDistribution:
    """A function of quantities, replicate by replicate.

    Parameters
    ----------
    function : elementwise on arrays, such as ``np.subtract`` for a paired difference.
    given : quantities of one and the same resampling.
    """
    return BootstrapDistribution(
        value=float(function(*(q.value for q in given))),
        per_seed=np.asarray(function(*(q.per_seed for q in given))),
        draws=np.asarray(function(*(q.draws for q in given))),
        seed_draws=np.asarray(function(*(q.seed_draws for q in given))),
        n_speakers=min(q.n_speakers for q in given),
    )
