"""From effects to verdicts on claims, by a rule fixed before the results were known.

A claim names a direction, and the smallest effect of interest is fixed: 0.01 for a
macro-F1; 0.005 for an accuracy and for any other fraction of trials (a recall, an EER,
the rate of trials decided spoof). The *margin* of an effect is how far it lies beyond
that in the claimed direction.

*reproduced*
    the 95 % interval lies entirely beyond the smallest effect in the claimed direction
*contradicted*
    it lies entirely on the other side of it: the effect is too small to matter, absent,
    or reversed
*undecided*
    anything else; always with fewer than two seeds, since one training run cannot rank
    models; and always where the effect is the same in every bootstrap replicate, since
    its sampling error is then unknown

Where a claim needs several effects at once, the rule is applied to the smallest margin
in each replicate. Where several comparisons are made, Holm's correction comes first: a
comparison is decided only if its adjusted p-value (of the effect being exactly the
smallest of interest) is at most 0.05.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from antispoof.metrics import METRICS
from antispoof.stats.bootstrap import BootstrapResult, resample
from antispoof.stats.estimates import (
    LEVEL,
    MIN_ERROR,
    BootstrapDistribution,
    Estimate,
    combine,
)
from antispoof.stats.multiple_testing import holm
from antispoof.stats.panel import make_panel
from antispoof_report.claims import TITLES

REPRODUCED = "reproduced"
CONTRADICTED = "contradicted"
UNDECIDED = "undecided"
RANKING = (CONTRADICTED, UNDECIDED, REPRODUCED)
OPPOSITE = dict(zip(RANKING, reversed(RANKING), strict=True))

MIN_EFFECT_MACRO_F1 = 0.01
MIN_EFFECT_RATE = 0.005  # accuracy, and every other fraction of trials
MIN_SEEDS = 2


@dataclass(frozen=True)
class Finding:
    """One effect that a verdict rests on.

    Attributes
    ----------
    name : what was measured, such as "accuracy, ResNet50+LSTM minus ResNet50".
    estimate : its value, with the standard error.
    direction : +1 or -1 as claimed; 0 if it is only shown.
    min_effect : the smallest effect of interest, not negative.
    p : p-value of the effect being exactly the smallest of interest, after Holm's
        correction where there are several.
    effect : the effect in every bootstrap replicate.
    """

    name: str
    estimate: Estimate
    direction: int
    min_effect: float
    p: float
    effect: BootstrapDistribution | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval."""
        return self.estimate.interval()

    @property
    def margin(self) -> float:
        """How far the effect lies beyond the smallest of interest, as claimed."""
        return self.direction * self.estimate.value - self.min_effect

    @property
    def n_seeds(self) -> int:
        """Number of seeds."""
        return len(self.estimate.per_seed)

    @property
    def varies(self) -> bool:
        """Whether the effect differs between bootstrap replicates."""
        return self.estimate.standard_error > MIN_ERROR

    @property
    def verdict(self) -> str:
        """The verdict on this effect alone."""
        if self.n_seeds < MIN_SEEDS or not self.varies or self.p > 1 - LEVEL:
            return UNDECIDED
        return REPRODUCED if self.margin > 0 else CONTRADICTED

    def __str__(self) -> str:
        """Value and interval, in points of a hundred."""
        low, high = self.interval
        words = f"{self.name}: {100 * self.estimate.value:+.1f} points"
        if self.n_seeds <= MIN_SEEDS:  # Student's t of one degree is of no use
            return f"{words} (seeds: {self.n_seeds}, so no interval)"
        if not self.varies:
            return f"{words}, the same in every bootstrap replicate"
        return f"{words} (95 % interval {100 * low:+.1f} to {100 * high:+.1f})"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one hypothesis.

    Attributes
    ----------
    key : "H1" and so on.
    statement : the claim, in a sentence.
    verdict : reproduced, contradicted or undecided.
    sentence : what was found, with the numbers.
    findings : the effects it rests on, the decisive one first.
    """

    key: str
    statement: str
    verdict: str
    sentence: str
    findings: tuple[Finding, ...]


def resample_tables(
    tables: Mapping[str, Sequence[pd.DataFrame]], n_replicates: int, *metrics: str
) -> BootstrapResult:
    """Resample score tables, name -> one per seed; only these metrics of curves."""
    measured = {name: METRICS[name] for name in metrics}
    return resample(make_panel(tables), n_replicates=n_replicates, metrics=measured)


def pair_label(pair: tuple[str, str]) -> str:
    """Name of the difference of two models."""
    return f"{TITLES[pair[0]]} minus {TITLES[pair[1]]}"


def compare(
    name: str,
    resampled: BootstrapResult,
    metric: str,
    pair: tuple[str, str],
    *,
    at: str = "zero",
    minus: str = "",
    **claimed: float,
) -> Finding:
    """A metric of the first model of a pair minus it, or `minus`, of the second.

    `claimed` as :func:`make_finding` takes it.
    """
    first = resampled.quantity(metric, pair[0], at=at)
    second = resampled.quantity(minus or metric, pair[1], at=at)
    return make_finding(name, combine(np.subtract, first, second), **claimed)


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
    return Finding(name, estimate, direction, min_effect, p, effect)


def adjust(findings: Iterable[Finding]) -> list[Finding]:
    """Several comparisons, their p-values adjusted after Holm."""
    findings = list(findings)
    adjusted = holm([finding.p for finding in findings])
    return [replace(f, p=float(p)) for f, p in zip(findings, adjusted, strict=True)]


def intersection_union(findings: Sequence[Finding]) -> Finding:
    """The smallest margin of effects claimed together, replicate by replicate."""

    def smallest_margin(*values: np.ndarray) -> np.ndarray:
        pairs = zip(findings, values, strict=True)
        return np.min([f.direction * v - f.min_effect for f, v in pairs], axis=0)

    effect = combine(smallest_margin, *(finding.effect for finding in findings))
    name = "weakest of the effects claimed together"
    return make_finding(name, effect, direction=1, min_effect=0.0)


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
    sentence = f"{claim} is {verdict}{reason}. {details[0].upper()}{details[1:]}."
    first = [] if decisive is None else [decisive]
    return Verdict(key, statement, verdict, sentence, (*first, *findings))


def conjunction(verdicts: Iterable[str]) -> str:
    """Verdict of a claim that needs all of these: one failure contradicts it."""
    return min(verdicts, key=RANKING.index)


def disjunction(verdicts: Iterable[str]) -> str:
    """Verdict of a claim that needs one of these: one success reproduces it."""
    return max(verdicts, key=RANKING.index)


def verdict_table(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """One row per finding, for the figures of the chapter on claims.

    Returns
    -------
    DataFrame with ``hypothesis``, ``effect``, ``estimate``, ``low``, ``high`` (95 %
    interval) and ``min_effect`` (that the verdict used). The decisive effect of a
    hypothesis comes first.
    """
    columns = ["hypothesis", "effect", "estimate", "low", "high", "min_effect"]
    rows = [
        (one.key, f.name, f.estimate.value, *f.interval, f.min_effect)
        for one in verdicts
        for f in one.findings
    ]
    return pd.DataFrame(rows, columns=columns)
