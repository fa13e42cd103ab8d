"""From resampled quantities to findings, and from findings to a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from antispoof.stats.bootstrap import BootstrapResult
from antispoof.stats.estimates import BootstrapDistribution, combine
from antispoof.stats.multiple_testing import holm
from antispoof_report.claims import TITLES
from antispoof_report.claims.verdicts import (
    MIN_EFFECT_RATE,
    MIN_SEEDS,
    Finding,
    Verdict,
)


def paired_difference(
    resampled: BootstrapResult, metric: str, pair: tuple[str, str], at: str = "zero"
) -> BootstrapDistribution:
    """A metric of the first model of a pair minus that of the second."""
    first, second = (resampled.quantity(metric, model, at=at) for model in pair)
    return combine(np.subtract, first, second)


def pair_label(pair: tuple[str, str]) -> str:
    """Name of such a difference."""
    return f"{TITLES[pair[0]]} minus {TITLES[pair[1]]}"


def make_finding(
    name: str,
    effect: BootstrapDistribution,
    *,
    direction: int,
    min_effect: float = MIN_EFFECT_RATE,
) -> Finding:
    """A single effect and the claimed direction; see :class:`Finding`."""
    estimate = effect.estimate
    p = estimate.p_value(direction * min_effect)
    return Finding(name, estimate, direction, min_effect, p)


def make_findings(
    names: Sequence[str], effects: Sequence[BootstrapDistribution], *, min_effect: float
) -> list[Finding]:
    """Several comparisons, all claimed positive, their p-values adjusted after Holm."""
    estimates = [effect.estimate for effect in effects]
    adjusted = holm([estimate.p_value(min_effect) for estimate in estimates])
    return [
        Finding(name, estimate, 1, min_effect, float(p))
        for name, estimate, p in zip(names, estimates, adjusted, strict=True)
    ]


def intersection_union(
    effects: Sequence[BootstrapDistribution], findings: Sequence[Finding]
) -> Finding:
    """The smallest margin of effects claimed together, replicate by replicate."""

    def smallest_margin(*values: np.ndarray) -> np.ndarray:
        margins = [
            finding.direction * value - finding.min_effect
            for finding, value in zip(findings, values, strict=True)
        ]
        return np.min(margins, axis=0)

    return make_finding(
        "smallest margin of the effects claimed together",
        combine(smallest_margin, *effects),
        direction=1,
        min_effect=0.0,
    )


def make_verdict(
    key: str,
    statement: str,
    claim: str,
    verdict: str,
    findings: Sequence[Finding],
    *remarks: str,
    decisive: Finding | None = None,
) -> Verdict:
    """A verdict with its sentence: the claim, its verdict and the numbers behind it.

    `decisive` is a finding that comes first in the verdict and not in the sentence.
    """
    reason = ""
    if findings[0].n_seeds < MIN_SEEDS:
        reason = " (one seed cannot rank models)"
    details = "; ".join([*map(str, findings), *remarks])
    sentence = f"{claim} is {verdict}{reason}: {details}."
    first = [] if decisive is None else [decisive]
    return Verdict(key, statement, verdict, sentence, (*first, *findings))
