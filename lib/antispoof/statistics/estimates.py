"""A value, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value with the standard error of its sampling.

    Attributes
    ----------
    value : the estimate itself, on all seeds and trials.
    standard_error : of the value.
    degrees_of_freedom : of the standard error.
    per_seed : (n_seeds,) the value of each seed by itself, on all trials.
    """

    value: float
    standard_error: float
    degrees_of_freedom: float
    per_seed: np.ndarray

    def interval(
        self,
        level: float = LEVEL,
        *,
        low: float = -np.inf,
        high: float = np.inf,
    ) -> tuple[float, float]:
        """Confidence interval, kept between `low` and `high` if the value must be.

        A value that never varied between replicates, such as an error of exactly 0, has
        an interval without width: the bootstrap cannot see what it has not seen.
        """
        reach = 0.0
        if self.standard_error > 0:
            reach = self.standard_error * student.ppf(
                (1 + level) / 2, self.degrees_of_freedom
            )
        return float(max(self.value - reach, low)), float(min(self.value + reach, high))

    def p_value(self, null: float = 0.0) -> float:
        """Two-sided p-value of the true value being `null`.

        It is below 0.05 exactly when the 95 % interval leaves `null` out.
        """
        if self.standard_error == 0:
            return float(self.value == null)
        distance = abs(self.value - null) / self.standard_error
        return float(2 * student.sf(distance, self.degrees_of_freedom))


@dataclass(frozen=True)
class Replicated:
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
        """Value and standard error.

        The degrees of freedom are Satterthwaite's: the part of the variance that comes
        from seeds has one fewer than there are seeds, the rest one fewer than speakers.
        """
        # Replicates in which a metric does not exist (an attack not drawn) are NaN.
        variance = float(np.var(self.draws[~np.isnan(self.draws)], ddof=1))
        from_seeds, spread = 0.0, 0.0
        if len(self.per_seed) > 1:
            from_seeds = min(float(np.var(self.seed_draws, ddof=1)), variance)
            spread += from_seeds**2 / (len(self.per_seed) - 1)
        if variance > from_seeds:
            spread += (variance - from_seeds) ** 2 / max(self.n_speakers - 1, 1)
        return Estimate(
            value=self.value,
            standard_error=float(np.sqrt(variance)),
            degrees_of_freedom=variance**2 / spread if spread else np.inf,
            per_seed=self.per_seed,
        )

    def interval(
        self,
        level: float = LEVEL,
        *,
        low: float = -np.inf,
        high: float = np.inf,
    ) -> tuple[float, float]:
        """Confidence interval of the estimate; see :meth:`Estimate.interval`."""
        return self.estimate.interval(level, low=low, high=high)


def combine(function: Callable[..., ArrayLike], *given: Replicated) -> Replicated:
    """A function of quantities, replicate by replicate.

    Parameters
    ----------
    function : elementwise on arrays, such as ``np.subtract`` for a paired difference.
    given : quantities of one and the same resampling.
    """
    return Replicated(
        value=float(function(*(q.value for q in given))),
        per_seed=np.asarray(function(*(q.per_seed for q in given))),
        draws=np.asarray(function(*(q.draws for q in given))),
        seed_draws=np.asarray(function(*(q.seed_draws for q in given))),
        n_speakers=min(q.n_speakers for q in given),
    )


def estimate_mean(per_seed: ArrayLike) -> Estimate:
    """The mean of one value a seed, with its ordinary standard error.

    Parameters
    ----------
    per_seed : (n_seeds,) values; of a single one the standard error is infinite.
    """
    per_seed = np.asarray(per_seed, dtype=np.float64)
    error = (
        per_seed.std(ddof=1) / np.sqrt(per_seed.size) if per_seed.size > 1 else np.inf
    )
    return Estimate(
        value=float(per_seed.mean()),
        standard_error=float(error),
        degrees_of_freedom=float(max(per_seed.size - 1, 1)),
        per_seed=per_seed,
    )
