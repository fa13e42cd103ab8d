"""Reference runs: trained once on real speech, committed without weights.

They took hours to train. They are shown only if the regression check still passes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.errors import RunError
from antispoof.files import atomic_path, project_folder
from antispoof.runs import regression_check
from antispoof.runs.record import WEIGHTS, Run, list_runs, protocol_name, run_path

# Relative to the project.
REFERENCES = Path("data/reference-runs")
SHORT_RUNS = Path("data/short-runs")  # fewer epochs, which claim H4 compares with


def load_references(
    model: str | None = None, *, folder: str | Path = REFERENCES
) -> list[Run]:
    """The reference runs, of one model if it is named, if the regression check passes.

    Raises
    ------
    RunError
        If today's code no longer reproduces the regression check of one of them, or
        a model's runs have several configurations or corpora.
    """
    runs = list_runs(project_folder() / folder, model=model)
    first = {run.config.model: run for run in reversed(runs)}
    for run in runs:
        other = first[run.config.model]
        if (other.corpus["id"], other.config) != (run.corpus["id"], run.config):
            raise RunError(
                f"{folder} holds runs of {run.config.model} with several"
                " configurations or corpora; keep one of each, because they are"
                " averaged over seeds"
            )
        if not regression_check.matches(run.regression_scores, run.config):
            raise RunError(
                f"{run.path}: today's code computes other numbers than the code that"
                " made this run (the regression check differs); train it again or undo"
                " the change"
            )
    return runs


def find_reference(
    config: TrainConfig, corpus_id: str, seed: int, folder: str | Path
) -> Run | None:
    """The reference run of a training, None if there is none; not yet checked."""
    path = run_path(project_folder() / folder, corpus_id, config, seed)
    return Run.open(path) if path.is_dir() else None


def save_reference(run: Run, folder: str | Path = REFERENCES) -> Path:
    """Copy a run below `folder`, without its weights.

    Raises
    ------
    RunError
        If it is there already.
    """
    folder = project_folder() / folder
    target = run_path(folder, run.corpus["id"], run.config, run.seed)
    if target.exists():
        raise RunError(f"{target} exists already; remove it to save the run again")
    with atomic_path(target) as temporary:
        shutil.copytree(run.path, temporary, ignore=shutil.ignore_patterns(WEIGHTS))
    for partition in run.partitions:
        copy = folder / run.corpus["id"] / protocol_name(partition)
        if not copy.exists():
            shutil.copyfile(run.protocol(partition), copy)
    return target
