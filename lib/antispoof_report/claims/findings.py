"""From resampled quantities to findings, and from findings to a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from antispoof.models import TITLES
from antispoof.stats.bootstrap import BootstrapResult
from antispoof.stats.estimates import BootstrapDistribution, combine
from antispoof.stats.multiple_testing import holm
from antispoof_report.claims.verdicts import MIN_SEEDS, Finding


def paired_difference(
    resampled: BootstrapResult, metric: str, pair: tuple[str, str], at: str | None
) -> BootstrapDistribution:
    """A metric of the first model of a pair minus that of the second."""
    first, second = (resampled.quantity(metric, model, at=at) for model in pair)
    return combine(np.subtract, first, second)


def minus(pair: tuple[str, str]) -> str:
    """What such a difference is called."""
    return f"{TITLES[pair[0]]} minus {TITLES[pair[1]]}"


def find(
    name: str, effect: BootstrapDistribution, *, claimed: int, smallest: float
) -> Finding:
    """A single effect beside what was claimed of it; see :class:`Finding`."""
    estimate = effect.estimate
    null = claimed * smallest
    return Finding(name, estimate, claimed, smallest, estimate.p_value(null))


def make_findings(
    names: Sequence[str], effects: Sequence[BootstrapDistribution], *, smallest: float
) -> list[Finding]:
    """Several comparisons, all claimed positive, their p-values adjusted after Holm."""
    estimates = [effect.estimate for effect in effects]
    adjusted = holm([estimate.p_value(smallest) for estimate in estimates])
    return [
        Finding(name, estimate, 1, smallest, float(p))
        for name, estimate, p in zip(names, estimates, adjusted, strict=True)
    ]


def intersection_union(
    effects: Sequence[BootstrapDistribution], findings: Sequence[Finding]
) -> Finding:
    """The smallest margin of effects claimed together, replicate by replicate."""

    def smallest_margin(*values: np.ndarray) -> np.ndarray:
        margins = [
            finding.claimed * value - finding.smallest
            for finding, value in zip(findings, values, strict=True)
        ]
        return np.min(margins, axis=0)

    return find(
        "smallest margin of the effects claimed together",
        combine(smallest_margin, *effects),
        claimed=1,
        smallest=0.0,
    )


def sentence(
    claim: str, verdict: str, findings: Sequence[Finding], *remarks: str
) -> str:
    """The claim, its verdict, and the numbers it was made from."""
    said = "; ".join([*map(str, findings), *remarks])
    lone = findings[0].n_seeds < MIN_SEEDS
    reason = " (one seed ranks nothing)" if lone else ""
    return f"{claim} is {verdict}{reason}: {said}."
