"""Reference runs: recorded once on real speech, committed without weights.

They cost hours and prove what the mini corpus cannot. Refactorings must not throw
them away, and a change of numerics must not go unseen: they are shown as long as
their canary, sung by today's code, sounds as it was recorded.
"""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.files import project_folder
from antispoof.errors import RunError
from antispoof.runs.record import (
    FILES,
    SCORED,
    Run,
    list_runs,
    protocol_name,
    run_path,
)
from antispoof.runs.regression_check import matches, sing

REFERENCE = "data/reference-runs"
SHORT_RUNS = "data/shorter-runs"  # the same configs for fewer epochs, which H4 needs

song = lru_cache(sing)


def _found(folder: str | Path) -> Path:
    # The project's own folders are meant wherever in the project one works.
    own = Path(folder).as_posix() in (REFERENCE, SHORT_RUNS)
    return project_folder() / folder if own else Path(folder)


def recorded(model: str | None = None, *, folder: str | Path = REFERENCE) -> list[Run]:
    """The reference runs, of one model if it is named, held to their canary.

    Raises
    ------
    RunError
        If today's code no longer behaves like the code that made one of them, or
        a model's runs are not all by one config on one corpus.
    """
    runs = list_runs(_found(folder), model=model)
    for run in runs:
        same = [r for r in runs if r.model_name == run.model_name]
        if {(r.corpus["id"], r.config) for r in same} != {
            (run.corpus["id"], run.config)
        }:
            raise RunError(
                f"{folder} holds runs of {run.model_name} by several configs or on"
                " several corpora; keep one of each, they are averaged over seeds"
            )
        if not matches(run.canary, song(run.config)):
            raise RunError(
                f"{run.path}: today's code behaves unlike the code that made this"
                " run (its canary differs); record it anew or undo the change"
            )
    return runs


def find_reference(
    config: TrainConfig, corpus_id: str, seed: int, folder: str | Path
) -> Run | None:
    """The reference run that may stand for a training, None if there is none."""
    path = run_path(_found(folder), corpus_id, config, seed)
    if not path.is_dir():
        return None
    run = Run.open(path)
    return run if matches(run.canary, song(config)) else None


def record(run: Run, folder: str | Path = REFERENCE) -> Path:
    """Copy a run's small files below `folder`, without its weights.

    Raises
    ------
    RunError
        If the run is recorded already.
    """
    target = run_path(_found(folder), run.corpus["id"], run.config, run.seed)
    if target.exists():
        raise RunError(f"{target} is recorded already")
    draft = target.with_name(f"{target.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)  # of a recording that was cut off
    draft.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(run.path / name, draft / name)
    for partition in SCORED:
        name = protocol_name(partition)
        shutil.copyfile(run.protocol(partition), target.parents[2] / name)
    return draft.rename(target)
