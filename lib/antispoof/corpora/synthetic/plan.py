"""The trials of the synthetic corpus: who speaks, and which attack makes a fake of it.

Each speaker and each trial has a random generator of its own, made from the seed and
its name only. A trial sounds the same in whichever process it is made.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from antispoof.constants import NO_ATTACK
from antispoof.errors import ParameterError

KNOWN_ATTACKS = ("M01", "M02")  # in train and dev
UNKNOWN_ATTACKS = ("M03", "M04")  # in eval


@dataclass(frozen=True)
class PartitionSpec:
    """What each speaker of a partition contributes."""

    speakers: int
    bonafide: int  # utterances per speaker
    spoof: int  # utterances per speaker and attack
    attacks: tuple[str, ...]


# Eval has the 9:1 of ASVspoof 2019. Train and dev have 2:1: at 9:1 so small a training
# set would contain too little bona fide speech to learn from.
PARTITION_SPECS = {
    "train": PartitionSpec(9, bonafide=6, spoof=6, attacks=KNOWN_ATTACKS),
    "dev": PartitionSpec(6, bonafide=6, spoof=6, attacks=KNOWN_ATTACKS),
    "eval": PartitionSpec(10, bonafide=2, spoof=9, attacks=UNKNOWN_ATTACKS),
}


def make_rng(seed: int, name: str) -> np.random.Generator:
    """Random generator for one named thing, independent of all others.

    Raises
    ------
    ParameterError
        If `seed` is not an integer >= 0.
    """
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise ParameterError(f"seed={seed!r}; accepted: integers >= 0")
    return np.random.default_rng([seed, *name.encode()])


def list_trials(partitions: dict[str, PartitionSpec], *, seed: int) -> pd.DataFrame:
    """All trials: ``partition``, ``speaker``, ``utt_id``, ``attack``, ``label``.

    Sorted by utterance id within a partition. Ids are random: neither an id nor the
    order shows the class or the speaker.
    """
    n_speakers = sum(spec.speakers for spec in partitions.values())
    numbers = iter(make_rng(seed, "speaker ids").permutation(n_speakers) + 1)
    rows: list[tuple[str, ...]] = []
    for partition, spec in partitions.items():
        speakers = [f"LA_{next(numbers):04d}" for _ in range(spec.speakers)]
        attacks = [NO_ATTACK] * spec.bonafide + list(spec.attacks) * spec.spoof
        trials = [(speaker, attack) for speaker in speakers for attack in attacks]
        rng = make_rng(seed, f"{partition} ids")
        ids = rng.choice(9_000_000, size=len(trials), replace=False) + 1_000_000
        prefix = f"LA_{partition[0].upper()}"
        rows += sorted(
            (partition, f"{prefix}_{number}", speaker, attack)
            for number, (speaker, attack) in zip(ids, trials, strict=True)
        )
    table = pd.DataFrame(rows, columns=["partition", "utt_id", "speaker", "attack"])
    table["label"] = np.where(table["attack"] == NO_ATTACK, "bonafide", "spoof")
    return table
