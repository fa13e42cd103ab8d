"""What a sweep of all of ASVspoof 2019 LA takes, by the speed of the reference runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.constants import PARTITIONS
from antispoof.models import MODELS
from antispoof.runs import REFERENCES, Run, list_runs

N_TRAIN = 25_380 * 18 // 20  # clips; two of 20 speakers are the validation set
N_SCORED = 24_844 + 71_237  # dev and eval
SEEDS = 5  # of a sweep like the thesis's


def speed(runs: Sequence[Run]) -> tuple[float, float]:
    """Clips a second in training, and in all else that runs of one model did."""
    training = sum(run.history["seconds"].sum() for run in runs)
    other = sum(run.environment["seconds"] for run in runs) - training
    trained = sum(len(run.history) * run.corpus["n_train"] for run in runs)
    scored = sum(run.corpus["trials"][p] for run in runs for p in PARTITIONS[1:])
    return trained / training, scored / other


def cost_table(root: Path, *, note: Callable[[str], None]) -> list[tuple[str, ...]]:
    """Rows of text: the headings, and each model that has reference runs.

    Parameters
    ----------
    root : the book's folder.
    note : called with the path of a file for each model, for the page's dependencies.
    """
    rows = [
        ("Model", "Measured on", "Trained, clips/s", "One run, h", f"{SEEDS} seeds, h")
    ]
    for model, entry in MODELS.items():
        if runs := list_runs(root / REFERENCES, model=model):
            note(str(runs[0].path / "history.csv"))
            made, (trained, scored) = runs[0].environment, speed(runs)
            epochs = TrainConfig.for_model(model).epochs
            hours = (epochs * N_TRAIN / trained + N_SCORED / scored) / 3600
            cores = f"{made['cores']} cores"
            machine = cores if made["device"] == "cpu" else made["device"]
            times = (f"{trained:.0f}", f"{hours:.1f}", f"{SEEDS * hours:.0f}")
            rows.append((entry.info["title"], machine, *times))
    return rows
