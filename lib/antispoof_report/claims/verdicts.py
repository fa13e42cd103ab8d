"""Verdicts: what numbers say of a claim, by a rule that was fixed beforehand.

A claim names a direction, and the smallest effect that would matter is fixed: 0.01 for
a macro-F1; 0.005 for an accuracy and for any other share of trials (a recall, an EER,
the share decided spoof). The *margin* of an effect is how far it lies beyond that in
the claimed direction.

*reproduced*
    the 95 % interval lies wholly beyond the smallest effect in the claimed direction
*contradicted*
    it lies wholly on the other side of it: the effect is smaller than would matter,
    absent, or reversed
*undecided*
    anything else; and always with fewer than two seeds, since one training ranks
    nothing

Where a claim needs several effects at once, the smallest margin in each replicate is
what the rule is applied to. Where several comparisons are made, Holm's correction
comes first: a comparison is decided only if its adjusted p-value (of the effect being
exactly the smallest that matters) is at most 0.05.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from antispoof.stats.estimates import LEVEL, Estimate

REPRODUCED = "reproduced"
CONTRADICTED = "contradicted"
UNDECIDED = "undecided"

SMALLEST_MACRO_F1 = 0.01
SMALLEST_SHARE = 0.005  # accuracy, and every other share of trials
MIN_SEEDS = 2


@dataclass(frozen=True)
class Finding:
    """One effect that a verdict rests on.

    Attributes
    ----------
    name : what was measured, such as "accuracy, ResNet50+LSTM minus ResNet50".
    estimate : its value, with the standard error.
    claimed : +1 or -1, the direction claimed; 0 if it is only shown.
    smallest : the smallest effect that matters, not negative.
    p : p-value of the effect being exactly the smallest that matters, after Holm's
        correction where there are several.
    """

    name: str
    estimate: Estimate
    claimed: int
    smallest: float
    p: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval."""
        return self.estimate.interval()

    @property
    def margin(self) -> float:
        """How far the effect lies beyond the smallest that matters, as claimed."""
        return self.claimed * self.estimate.value - self.smallest

    @property
    def n_seeds(self) -> int:
        """Number of seeds."""
        return len(self.estimate.per_seed)

    @property
    def seeds_agreeing(self) -> int:
        """Seeds whose own effect has the claimed sign."""
        return int((self.claimed * self.estimate.per_seed > 0).sum())

    @property
    def verdict(self) -> str:
        """This effect's own verdict."""
        if self.n_seeds < MIN_SEEDS or self.p > 1 - LEVEL:
            return UNDECIDED
        return REPRODUCED if self.margin > 0 else CONTRADICTED

    def __str__(self) -> str:
        """Say it in words: value, interval and seeds."""
        low, high = self.interval
        words = f"{self.name}: {self.estimate.value:+.4f}"
        if self.n_seeds >= MIN_SEEDS:
            words += f" (95 % interval {low:+.4f} to {high:+.4f}"
            if self.claimed:
                words += (
                    f"; claimed sign in {self.seeds_agreeing} of {self.n_seeds} seeds"
                )
            words += ")"
        return words


@dataclass(frozen=True)
class Verdict:
    """What became of one hypothesis.

    Attributes
    ----------
    key : "H1" and so on.
    statement : the claim, in a sentence.
    verdict : reproduced, contradicted or undecided.
    sentence : what was found, made from the numbers.
    findings : the effects it rests on, the decisive one first.
    """

    key: str
    statement: str
    verdict: str
    sentence: str
    findings: tuple[Finding, ...]

    @property
    def estimate(self) -> float:
        """Value of the decisive effect."""
        return self.findings[0].estimate.value

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the decisive effect."""
        return self.findings[0].interval

    @property
    def p(self) -> float:
        """p-value of the decisive effect being exactly the smallest that matters."""
        return self.findings[0].p

    @property
    def seeds_agreeing(self) -> int:
        """Seeds in which the decisive effect has the claimed sign."""
        return self.findings[0].seeds_agreeing

    @property
    def n_seeds(self) -> int:
        """Number of seeds."""
        return self.findings[0].n_seeds


def conjunction(findings: Sequence[Finding]) -> str:
    """Verdict of a claim that needs every finding: one failure contradicts it."""
    verdicts = {finding.verdict for finding in findings}
    if CONTRADICTED in verdicts:
        return CONTRADICTED
    return REPRODUCED if verdicts == {REPRODUCED} else UNDECIDED


def disjunction(findings: Sequence[Finding]) -> str:
    """Verdict of a claim that needs one finding: one success reproduces it."""
    verdicts = {finding.verdict for finding in findings}
    if REPRODUCED in verdicts:
        return REPRODUCED
    return CONTRADICTED if verdicts == {CONTRADICTED} else UNDECIDED


def verdict_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """One row a finding: what the chapter on claims prints.

    Returns
    -------
    DataFrame with ``hypothesis``, ``verdict`` (of the hypothesis), ``effect``,
    ``estimate``, ``low``, ``high`` (95 % interval), ``seeds_agreeing``, ``n_seeds`` and
    ``p``; the decisive effect of a hypothesis comes first.
    """
    rows = [
        {
            "hypothesis": verdict.key,
            "verdict": verdict.verdict,
            "effect": finding.name,
            "estimate": finding.estimate.value,
            "low": finding.interval[0],
            "high": finding.interval[1],
            "seeds_agreeing": finding.seeds_agreeing,
            "n_seeds": finding.n_seeds,
            "p": finding.p,
        }
        for verdict in verdicts
        for finding in verdict.findings
    ]
    return pd.DataFrame(rows)
