"""The size of the original: ASVspoof 2019 LA as its own protocols have it.

Counted from the protocols that the organisers publish with the corpus
(https://datashare.ed.ac.uk/handle/10283/3336).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from antispoof.constants import NO_ATTACK


@dataclass(frozen=True)
class Counts:
    """Trials of one partition: bona fide ones, spoof ones per attack, speakers."""

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


def _attacks(first: int, last: int, each: int) -> dict[str, int]:
    return {f"A{number:02d}": each for number in range(first, last + 1)}


OFFICIAL = {
    "train": Counts(bonafide=2_580, attacks=_attacks(1, 6, 3_800), speakers=20),
    "dev": Counts(bonafide=2_548, attacks=_attacks(1, 6, 3_716), speakers=20),
    "eval": Counts(bonafide=7_355, attacks=_attacks(7, 19, 4_914), speakers=67),
}


def count_trials(trials: pd.DataFrame, partition: str) -> Counts:
    """Count the trials of one partition of a corpus table.

    Parameters
    ----------
    trials
        Columns ``speaker``, ``attack``, ``partition``, as in ``Corpus.trials``.
    """
    rows = trials[trials["partition"] == partition]
    per_attack = rows["attack"].value_counts()
    return Counts(
        bonafide=int(per_attack.get(NO_ATTACK, 0)),
        attacks={
            str(name): int(per_attack[name])
            for name in sorted(per_attack.index)
            if name != NO_ATTACK
        },
        speakers=int(rows["speaker"].nunique()),
    )
