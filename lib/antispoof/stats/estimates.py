"""A value with its standard error, interval and p-value."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit, ndtri, stdtrit

LEVEL = 0.95
MIN_ERROR = 1e-12  # a smaller standard error is rounding: nothing ever varied
MIN_P = 1e-12  # smaller p-values are reported as this
POWER = 0.8  # with which a test should find a difference


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

        A value that is the same in all replicates, such as an error of exactly 0, has
        an interval of width 0. It says nothing about the sampling error.
        """
        width = self.half_width(1 - level)
        return self.value - width, self.value + width

    def rate_interval(self) -> tuple[float, float]:
        """95 % confidence interval of a fraction; it stays between 0 and 1.

        It is symmetrical in log-odds, as the sampling of a fraction nearly is.
        """
        spread = self.value * (1 - self.value)
        if spread <= 0:
            low, high = self.interval()
            return max(low, 0.0), min(high, 1.0)
        width = self.half_width(1 - LEVEL) / spread
        low, high = expit(logit(self.value) + np.array([-width, width]))
        return float(low), float(high)

    def p_value(self, null: float = 0.0) -> float:
        """Two-sided p-value of the true value being `null`.

        It is below 0.05 exactly when the 95 % :meth:`interval` excludes `null`. Without
        any variance between replicates it is 1: a collapsed model on few trials never
        varies, and that is no evidence.
        """
        distance = abs(self.value - null)
        if distance == 0 or not MIN_ERROR < self.standard_error < np.inf:
            return 1.0
        if distance >= self.half_width(MIN_P):
            return MIN_P
        from scipy.optimize import brentq  # takes long to import

        return float(brentq(lambda p: self.half_width(p) - distance, MIN_P, 1.0))

    def half_width(self, alpha: float, power: float = 0.5) -> float:
        """Half the width of the interval that misses in a fraction `alpha` of cases.

        Also the difference that such an interval finds with this power; it is
        the half-width at a power of one half.
        """
        squares = [
            variance * (stdtrit(n, power) - stdtrit(n, alpha / 2)) ** 2
            for variance, n in self.sources
            if variance
        ]
        return float(np.sqrt(sum(squares)))

    def detectable(self, power: float = POWER) -> float:
        """Smallest true difference that would be found with probability `power`.

        Found means that the 95 % interval excludes 0. NaN without any variance.
        """
        return self.half_width(1 - LEVEL, power) or np.nan

    def more_speakers(self, margin: float) -> float:
        """Times as many speakers as now with which `margin` would be decided.

        It would be as wide as the 95 % interval to one side. Infinite if the seeds
        alone are too uncertain for that, however many clips there are.
        """
        (seeds, freedom), (speakers, _) = self.sources
        left = margin**2 - seeds * stdtrit(freedom, (1 - LEVEL) / 2) ** 2
        # With many speakers Student's t is the normal distribution.
        return speakers * ndtri((1 - LEVEL) / 2) ** 2 / left if left > 0 else np.inf


@dataclass(frozen=True)
class BootstrapDistribution:
    """A quantity on all data and in every bootstrap replicate.

    Attributes
    ----------
    value : on all data, averaged over seeds.
    per_seed : (n_seeds,) on all trials.
    replicates : (n_replicates,) with seeds and trials resampled.
    seed_replicates : (n_replicates,) with the same seeds but all trials.
    n_units : number of speakers drawn from, or of utterances if there is one speaker.
    """

    value: float
    per_seed: np.ndarray
    replicates: np.ndarray
    seed_replicates: np.ndarray
    n_units: int

    @property
    def estimate(self) -> Estimate:
        """The value, with its variance from seeds and, for the rest, from speakers."""
        # Replicates in which a metric does not exist (an attack not drawn) are NaN.
        drawn = self.replicates[~np.isnan(self.replicates)]
        variance = float(np.var(drawn, ddof=1)) if drawn.size > 1 else np.inf
        from_seeds, n_seeds = 0.0, len(self.per_seed)
        if n_seeds > 1:
            from_seeds = float(np.var(self.seed_replicates, ddof=1))
        from_speakers = max(variance - from_seeds, 0.0)
        return Estimate(
            value=self.value,
            sources=(
                (from_seeds, max(n_seeds - 1, 1)),
                (from_speakers, max(self.n_units - 1, 1)),
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
        replicates=np.asarray(function(*(q.replicates for q in given))),
        seed_replicates=np.asarray(function(*(q.seed_replicates for q in given))),
        n_units=min(q.n_units for q in given),
    )
