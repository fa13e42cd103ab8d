"""What a sweep over the whole corpus would take, by the speed of runs there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antispoof.config import TrainConfig
from antispoof.corpora.asvspoof2019 import EXPECTED_COUNTS
from antispoof.runs.record import SCORED, Run


@dataclass(frozen=True)
class Speed:
    """How fast runs of one model went on one kind of machine.

    Attributes
    ----------
    machine : cores or GPU, in words.
    trained : clips a second while training.
    scored : clips a second for everything else that a run does (features, scores),
        told by the clips scored; a run on more clips is rather faster.
    """

    machine: str
    trained: float
    scored: float


def speed(runs: Sequence[Run]) -> Speed:
    """The mean speed of runs of one model on one kind of machine."""
    epochs = [run.history["seconds"].sum() for run in runs]
    passes = [len(run.history) * run.corpus["fitted"] for run in runs]
    rest = [
        run.environment["seconds"] - seconds
        for run, seconds in zip(runs, epochs, strict=True)
    ]
    clips = [sum(run.corpus["trials"][part] for part in SCORED) for run in runs]
    told = runs[0].environment
    machine = f"{told['cores']} cores" if told["device"] == "cpu" else told["device"]
    return Speed(machine, sum(passes) / sum(epochs), sum(clips) / sum(rest))


def hours(config: TrainConfig, measured: Speed, *, held_out: float = 0.1) -> float:
    """Hours of one run by a config on the whole of ASVspoof 2019 LA.

    Parameters
    ----------
    held_out : share of the training clips that choose the checkpoint (2 of 20
        speakers by default).
    """
    fitted = (1 - held_out) * EXPECTED_COUNTS["train"].total
    scored = sum(EXPECTED_COUNTS[part].total for part in SCORED)
    seconds = config.epochs * fitted / measured.trained + scored / measured.scored
    return seconds / 3600
