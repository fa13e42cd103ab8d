"""What a sweep over the whole corpus would take, by the speed of the reference runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.constants import PARTITIONS
from antispoof.models import MODELS
from antispoof.runs import REFERENCES, Run, list_runs

OFFICIAL = {"train": 25_380, "dev": 24_844, "eval": 71_237}  # clips of LA
TRAIN_FRACTION = 0.9  # 18 of 20 speakers; the others choose the checkpoint
SEEDS = 5  # of a sweep like the thesis's
MACHINES = (1, 4, 16)


@dataclass(frozen=True)
class Speed:
    """How fast runs of one model went on one kind of machine.

    Attributes
    ----------
    machine : cores or GPU, in words.
    trained : clips a second while training.
    scored : clips a second for everything else that a run does (features, scores).
    """

    machine: str
    trained: float
    scored: float


def speed(runs: Sequence[Run]) -> Speed:
    """The mean speed of runs of one model on one kind of machine."""
    training = sum(run.history["seconds"].sum() for run in runs)
    other = sum(run.environment["seconds"] for run in runs) - training
    trained = sum(len(run.history) * run.corpus["n_train"] for run in runs)
    scored = sum(run.corpus["trials"][p] for run in runs for p in PARTITIONS[1:])
    made = runs[0].environment
    machine = f"{made['cores']} cores" if made["device"] == "cpu" else made["device"]
    return Speed(machine, trained / training, scored / other)


def hours(config: TrainConfig, measured: Speed) -> float:
    """Hours of one run by a config on the whole of ASVspoof 2019 LA."""
    trained = config.epochs * TRAIN_FRACTION * OFFICIAL["train"]
    scored = OFFICIAL["dev"] + OFFICIAL["eval"]
    return (trained / measured.trained + scored / measured.scored) / 3600


def cost_table(
    root: Path, *, note: Callable[[str], None] = lambda path: None
) -> list[tuple[str, ...]]:
    """Rows of text: the headings, each model with reference runs, and their sum.

    Parameters
    ----------
    root : the book's folder.
    note : called with the path of a file for each model, for the page's dependencies.
    """
    heads = ["Model", "Measured on", "Trained, clips/s", "One run, hours"]
    heads += [f"{SEEDS} seeds on {n} such, days" for n in MACHINES]
    rows, total = [tuple(heads)], 0.0

    def times(each: float) -> list[str]:
        days = [SEEDS * each / 24 / machines for machines in MACHINES]
        return [f"{value:.1f}" for value in (each, *days)]

    for model, entry in MODELS.items():
        if runs := list_runs(Path(root) / REFERENCES, model=model):
            note(str(runs[0].path / "history.csv"))
            measured = speed(runs)
            each = hours(TrainConfig.for_model(model), measured)
            total += each
            title, rate = entry.info["title"], f"{measured.trained:.0f}"
            rows.append((title, measured.machine, rate, *times(each)))
    return [*rows, ("all", "", "", *times(total))]
