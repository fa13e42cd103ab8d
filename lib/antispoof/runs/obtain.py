"""Runs on demand: reused when they are the same, trained when they are not there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from antispoof import fingerprint
from antispoof.conventions import PARTITIONS
from antispoof.corpus import Corpus, project_folder, write_protocol
from antispoof.errors import DiskError, ParameterError
from antispoof.features import open_features
from antispoof.platforms import stop_in_time, store_folder
from antispoof.recipe import Recipe
from antispoof.runs.attached import bring_attached
from antispoof.runs.environment import environment
from antispoof.runs.needs import foretell
from antispoof.runs.record import (
    SCORED,
    Run,
    protocol_name,
    run_path,
    write_run,
)
from antispoof.runs.reference import REFERENCE, find_recorded, song
from antispoof.scoring import score
from antispoof.training import fit, split_holdout

# What a run's numbers depend on; a change anywhere else leaves finished runs good.
CODE = (
    "antispoof.conventions",
    "antispoof.metrics",
    "antispoof.audio",
    "antispoof.corpus.folder",
    "antispoof.corpus.protocol",
    "antispoof.features",
    "antispoof.models",
    "antispoof.scoring.partition",
    "antispoof.scoring.devices",
    "antispoof.training",
)
NEEDED = 2**30  # bytes a run may take while it is made: weights, optimiser, scores

Say = Callable[[str], None]


def obtain(
    recipe: Recipe,
    corpus: Corpus,
    seeds: Sequence[int],
    *,
    runs: str | Path | None = None,
    store: str | Path | None = None,
    reference: str | Path | None = REFERENCE,
    say: Say = lambda line: None,
) -> list[Run]:
    """One run a seed, in the order of the seeds.

    A run under `runs` is reused if recipe, corpus and code are the same; one under
    `reference` if recipe and corpus are, and its canary still sings the same. What
    is missing is trained, going on from a checkpoint if there is one. A run that
    other code made is set aside under another name, never rewritten, and comes back
    with its code.

    Parameters
    ----------
    runs : folder of run records; ``runs`` of the project if None.
    store : folder of feature stores; that of the platform if None.
    reference : folder of recorded runs without weights; None trains all anew.
    say : called with lines about what is reused, trained, and each epoch.

    Raises
    ------
    ParameterError
        If a seed is not a whole number from 0 to 2**32 - 1.
    CorpusError
        If a partition lacks a class.
    TimeLimitError
        If the platform's time ends before the last epoch could.
    MemoryLimitError
        If a batch would not fit into memory.
    AntispoofError
        As `open_features`, `fit` and `score` do; nothing half-written is left
        but the checkpoint to go on from.
    """
    for seed in seeds:
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**32:
            raise ParameterError(
                f"seed={seed!r}; accepted: whole numbers from 0 to {2**32 - 1}"
            )
    for partition in PARTITIONS:
        corpus.require_both_classes(partition)
    # A notebook opened in Jupyter works in notebooks/, and means the same folders.
    home = project_folder()
    folder = home / "runs" if runs is None else Path(runs)
    features = store_folder() if store is None else Path(store)
    return [
        _one(recipe, corpus, seed, folder, features, reference, say) for seed in seeds
    ]


def made_by_this_code(run: Run) -> bool:
    """Whether the code of today made a run, so that `obtain` would reuse it."""
    return run.code == fingerprint.of_modules(CODE)


def _one(
    recipe: Recipe,
    corpus: Corpus,
    seed: int,
    runs: Path,
    store: Path,
    reference: str | Path | None,
    say: Say,
) -> Run:
    path = run_path(runs, corpus.id, recipe, seed)
    name = f"{recipe.model} seed {seed} on {corpus.id}"
    code = fingerprint.of_modules(CODE)
    path.parent.mkdir(parents=True, exist_ok=True)
    _keep_protocols(corpus, runs / corpus.id)
    with FileLock(path.with_suffix(".lock")):
        attached = bring_attached(path, runs)
        if attached is not None:
            say(f"{name}: goes on from {attached}")
        if path.is_dir():
            run = Run.open(path)
            if run.code == code:
                say(f"{name}: reused")
                return run
            path.rename(_aside(path, run.code))
            say(f"{name}: made by other code, set aside")
        if _aside(path, code).is_dir():
            _aside(path, code).rename(path)
            say(f"{name}: reused, this code is back")
            return Run.open(path)
        if reference is not None:
            known = find_recorded(recipe, corpus.id, seed, reference)
            if known is not None:
                say(f"{name}: reused from the reference runs")
                return known
        _train(path, recipe, corpus, seed, store, code, say, name)
        return Run.open(path)


def _aside(path: Path, code: str) -> Path:
    return path.with_name(f"{path.name}.code-{code[:8]}")


def _keep_protocols(corpus: Corpus, folder: Path) -> None:
    for partition in SCORED:
        target = folder / protocol_name(partition)
        if not target.exists():
            draft = target.with_suffix(f".{os.getpid()}.tmp")
            write_protocol(draft, corpus.partition(partition))
            draft.replace(target)


def _train(
    path: Path,
    recipe: Recipe,
    corpus: Corpus,
    seed: int,
    store: Path,
    code: str,
    say: Say,
    name: str,
) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < NEEDED:
        raise DiskError(
            f"a run needs {NEEDED / 2**20:.0f} MiB in {path.parent},"
            f" {free / 2**20:.0f} MiB are free"
        )
    say(f"{name}: {foretell(recipe, corpus)}")
    started = time.time()
    features = {
        partition: open_features(
            corpus, partition, frontend=recipe.frontend, store=store
        )
        for partition in PARTITIONS
    }
    part, holdout = split_holdout(features["train"], recipe.holdout_speakers)
    # Another code's or corpus's checkpoint must not be gone on from.
    draft = path.with_name(f"{path.name}.partial-{code[:8]}")
    checkpoint = draft / "checkpoint.pt"
    result = fit(
        recipe,
        part,
        holdout,
        seed=seed,
        checkpoint=checkpoint,
        progress=stop_in_time(
            lambda row: say(
                f"{name}: epoch {row['epoch'] + 1}/{recipe.epochs}"
                f" loss {row['loss']:.4f}"
                f" held-out macro-F1 {row['holdout_macro_f1']:.3f}"
                f" {row['seconds']:.1f} s"
            )
        ),
    )
    write_run(
        draft,
        recipe=recipe,
        seed=seed,
        corpus={
            "id": corpus.id,
            "kind": corpus.kind,
            "trials": {p: len(corpus.partition(p)) for p in ("train", *SCORED)},
            "fitted": len(part),
            "holdout_speakers": sorted(set(holdout.trials["speaker"])),
        },
        code=code,
        canary=song(recipe),
        best_epoch=result.best_epoch,
        history=result.history,
        scores={p: score(result.model, features[p]) for p in SCORED},
        environment=environment() | {"seconds": round(time.time() - started, 1)},
        model=result.model.cpu(),
    )
    for left in (checkpoint, checkpoint.with_suffix(".tmp")):
        left.unlink(missing_ok=True)
    draft.rename(path)
