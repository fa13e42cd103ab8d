"""Counts of a partition: bona fide trials, spoof trials per attack, speakers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from antispoof.constants import NO_ATTACK


@dataclass(frozen=True)
class Counts:
    """Number of bona fide trials, of spoof trials per attack, and of speakers."""

    bonafide: int
    attacks: dict[str, int]
    speakers: int

    @property
    def spoof(self) -> int:
        """Spoof trials of all attacks."""
        return sum(self.attacks.values())

    @property
    def total(self) -> int:
        """All trials."""
        return self.bonafide + self.spoof


def count_trials(trials: pd.DataFrame, partition: str) -> Counts:
    """Count the trials of one partition.

    Parameters
    ----------
    trials
        Columns ``speaker``, ``attack``, ``partition``, as in ``Corpus.trials``.
    """
    rows = trials[trials["partition"] == partition]
    per_attack = rows["attack"].value_counts().sort_index()
    return Counts(
        bonafide=int(per_attack.pop(NO_ATTACK)) if NO_ATTACK in per_attack else 0,
        attacks={str(name): int(n) for name, n in per_attack.items()},
        speakers=int(rows["speaker"].nunique()),
    )
