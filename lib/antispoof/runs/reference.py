"""Reference runs: recorded once on real speech, committed without weights.

They cost hours and prove what the mini corpus cannot. Refactorings must not throw
them away, and a change of numerics must not go unseen: they are shown as long as
their canary, sung by today's code, sounds as it was recorded.
"""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path

from antispoof.corpus import project_folder
from antispoof.errors import RunError
from antispoof.recipe import Recipe
from antispoof.runs.canary import same_behaviour, sing
from antispoof.runs.record import (
    FILES,
    SCORED,
    Run,
    list_runs,
    protocol_name,
    run_path,
)

REFERENCE = "data/reference-runs"
SHORTER = "data/shorter-runs"  # the same recipes for fewer epochs, which H4 needs

song = lru_cache(sing)


def _found(folder: str | Path) -> Path:
    # The project's own folders are meant wherever in the project one works.
    own = Path(folder).as_posix() in (REFERENCE, SHORTER)
    return project_folder() / folder if own else Path(folder)


def recorded(model: str | None = None, *, folder: str | Path = REFERENCE) -> list[Run]:
    """The reference runs, of one model if it is named, held to their canary.

    Raises
    ------
    RunError
        If today's code no longer behaves like the code that made one of them, or
        a model's runs are not all by one recipe on one corpus.
    """
    runs = list_runs(_found(folder), model=model)
    for run in runs:
        same = [r for r in runs if r.model_name == run.model_name]
        if {(r.corpus["id"], r.recipe) for r in same} != {
            (run.corpus["id"], run.recipe)
        }:
            raise RunError(
                f"{folder} holds runs of {run.model_name} by several recipes or on"
                " several corpora; keep one of each, they are averaged over seeds"
            )
        if not same_behaviour(run.canary, song(run.recipe)):
            raise RunError(
                f"{run.path}: today's code behaves unlike the code that made this"
                " run (its canary differs); record it anew or undo the change"
            )
    return runs


def find_recorded(
    recipe: Recipe, corpus_id: str, seed: int, folder: str | Path
) -> Run | None:
    """The reference run that may stand for a training, None if there is none."""
    path = run_path(_found(folder), corpus_id, recipe, seed)
    if not path.is_dir():
        return None
    run = Run.open(path)
    return run if same_behaviour(run.canary, song(recipe)) else None


def record(run: Run, folder: str | Path = REFERENCE) -> Path:
    """Copy a run's small files below `folder`, without its weights.

    Raises
    ------
    RunError
        If the run is recorded already.
    """
    target = run_path(_found(folder), run.corpus["id"], run.recipe, run.seed)
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
