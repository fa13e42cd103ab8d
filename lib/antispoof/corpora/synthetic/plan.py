"""Who speaks which utterance, and which attack forges it: the trials of the corpus.

Everything random in the corpus is drawn from a *stream*, a generator that depends on
the seed and on what it is for, never on what was drawn before. So an utterance
sounds the same whichever process makes it, and whatever else is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antispoof.constants import NO_ATTACK, PARTITIONS
from antispoof.errors import ParameterError

# What a stream is for; stands between the seed and the position.
SPEAKERS, UTTERANCES, NUMBERS, ASV_TRIALS = 1, 2, 3, 4

KNOWN_ATTACKS = ("M01", "M02", "M03", "M04", "M05", "M06")  # in train and dev
UNKNOWN_ATTACKS = ("M07", "M08", "M09", "M10", "M11", "M12")  # in eval

PARTITION_LETTERS = {"train": "T", "dev": "D", "eval": "E"}


@dataclass(frozen=True)
class Share:
    """What each speaker of one partition contributes."""

    speakers: int
    bonafide: int  # utterances a speaker
    spoof: int  # utterances a speaker and attack
    attacks: tuple[str, ...]


# Eval keeps the 9:1 of ASVspoof 2019; train and dev have two fakes to a bona fide
# utterance, because five bona fide ones a speaker teach no network anything.
FULL = {
    "train": Share(speakers=9, bonafide=6, spoof=2, attacks=KNOWN_ATTACKS),
    "dev": Share(speakers=6, bonafide=6, spoof=2, attacks=KNOWN_ATTACKS),
    "eval": Share(speakers=10, bonafide=2, spoof=3, attacks=UNKNOWN_ATTACKS),
}


@dataclass(frozen=True)
class Trial:
    """One line of a protocol, and the position its random stream is drawn from."""

    partition: str
    index: int
    utt_id: str
    speaker: str
    speaker_index: int  # within its partition
    attack: str  # "-" for bona fide

    @property
    def label(self) -> str:
        """``bonafide`` or ``spoof``."""
        return "bonafide" if self.attack == NO_ATTACK else "spoof"


def stream(seed: int, purpose: int, partition: str, index: int = 0):
    """Random generator of one thing, independent of every other thing's.

    Raises
    ------
    ParameterError
        If `seed` is not a whole number from 0 on.
    """
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not whole or seed < 0:
        raise ParameterError(f"seed={seed!r} is not a whole number from 0 on")
    return np.random.default_rng([seed, purpose, PARTITIONS.index(partition), index])


def trials(shares: dict[str, Share], *, seed: int) -> list[Trial]:
    """All trials, partition by partition, sorted by utterance id.

    Ids are drawn without order: neither an id nor the place in a protocol tells
    anything of speaker or class.
    """
    n_speakers = sum(share.speakers for share in shares.values())
    numbers = stream(seed, NUMBERS, "train", 0).permutation(n_speakers) + 1
    names = iter(f"LA_{number:04d}" for number in numbers)
    listed = []
    for partition, share in shares.items():
        speakers = [next(names) for _ in range(share.speakers)]
        attacks = [NO_ATTACK] * share.bonafide
        attacks += [name for name in share.attacks for _ in range(share.spoof)]
        spoken = [(k, attack) for k in range(share.speakers) for attack in attacks]
        ids = stream(seed, NUMBERS, partition, 1).choice(
            9_000_000, size=len(spoken), replace=False
        )
        letter = PARTITION_LETTERS[partition]
        rows = [
            Trial(
                partition=partition,
                index=index,
                utt_id=f"LA_{letter}_{1_000_000 + ids[index]}",
                speaker=speakers[k],
                speaker_index=k,
                attack=attack,
            )
            for index, (k, attack) in enumerate(spoken)
        ]
        listed += sorted(rows, key=lambda trial: trial.utt_id)
    return listed
