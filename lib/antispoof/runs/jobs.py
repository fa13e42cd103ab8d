"""Runs on demand: reused when they are the same, trained when they are not there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock

from antispoof import hashing
from antispoof.config import TrainConfig
from antispoof.constants import PARTITIONS
from antispoof.corpora import Corpus, write_protocol
from antispoof.errors import DiskError, ParameterError
from antispoof.frontends import load_features
from antispoof.platforms import feature_cache_dir, stop_in_time
from antispoof.runs.environment import environment
from antispoof.runs.needs import foretell
from antispoof.runs.previous_sessions import bring_attached
from antispoof.runs.record import (
    SCORED,
    Run,
    protocol_name,
    run_path,
    write_run,
)
from antispoof.runs.references import REFERENCE, find_reference, song
from antispoof.scoring import scores_frame
from antispoof.training import (
    SAVE_SECONDS,
    Processes,
    fit,
    here,
    launch,
    logits_of_all,
    split_holdout,
)

# What a run's numbers depend on; a change anywhere else leaves finished runs good.
CODE = (
    "antispoof.constants",
    "antispoof.metrics",
    "antispoof.audio",
    "antispoof.corpora.asvspoof2019",
    "antispoof.corpora.protocol",
    "antispoof.frontends",
    "antispoof.models",
    "antispoof.data",
    "antispoof.devices",
    "antispoof.scoring.partition",
    "antispoof.training",
)
CHECKPOINT, PARTIAL = "checkpoint.pt", ".partial"  # of what is not finished
NEEDED = 2**30  # bytes a run may take while it is made: weights, optimiser, scores

Say = Callable[[str], None]


def _silent(line: str) -> None:
    """Say nothing."""


def train_or_load(
    config: TrainConfig,
    corpus: Corpus,
    seeds: Sequence[int],
    *,
    runs: str | Path | None = None,
    store: str | Path | None = None,
    reference: str | Path | None = REFERENCE,
    say: Say = _silent,
    processes: int = 1,
    compiled: bool = False,
    log: str | Path | None = None,
    save_seconds: float = SAVE_SECONDS,
) -> list[Run]:
    """One run a seed, in the order of the seeds.

    A run under `runs` is reused if config, corpus and code are the same; one under
    `reference` if config and corpus are, and its canary still sings the same. What
    is missing is trained, going on from a checkpoint if there is one. A run that
    other code made is set aside under another name, never rewritten, and comes back
    with its code.

    Parameters
    ----------
    runs : folder of run records; ``runs`` of the project if None.
    store : folder of feature stores; that of the platform if None.
    reference : folder of recorded runs without weights; None trains all anew.
    say : called with lines about what is reused, trained, and each epoch.
    processes : that share the training, started here; one a GPU. Lines then go to
        the standard output. Where ``accelerate launch`` has started several, they
        share it without this.
    compiled, save_seconds : as `fit` has them.
    log : folder of TensorBoard logs, one folder a run in it; None keeps none.

    Raises
    ------
    ParameterError
        If a seed is not a whole number from 0 to 2**32 - 1, or as `launch` does.
    CorpusError
        If a partition lacks a class.
    TimeLimitError
        If the platform's time ends before the last epoch could.
    MemoryLimitError
        If a batch would not fit into memory.
    AntispoofError
        As `load_features`, `fit` and `score` do; nothing half-written is left
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
    features = feature_cache_dir() if store is None else Path(store)
    order = _Order(
        config, corpus, folder, features, reference, compiled, log, save_seconds
    )
    if processes > 1:
        launch(partial(_all, order, seeds, partial(print, flush=True)), processes)
        say = _silent
    return _all(order, seeds, say)


def is_current(run: Run) -> bool:
    """Whether the code of today made a run, so that `train_or_load` would reuse it."""
    return run.code == hashing.hash_modules(CODE)


@dataclass(frozen=True)
class _Order:
    config: TrainConfig
    corpus: Corpus
    runs: Path
    store: Path
    reference: str | Path | None
    compiled: bool
    log: str | Path | None
    save_seconds: float


def _all(order: _Order, seeds: Sequence[int], say: Say) -> list[Run]:
    processes = here()
    say = say if processes.is_main else _silent
    return [_one(order, seed, processes, say) for seed in seeds]


def _one(order: _Order, seed: int, processes: Processes, say: Say) -> Run:
    config, corpus = order.config, order.corpus
    path = run_path(order.runs, corpus.id, config, seed)
    name = f"{config.model} seed {seed} on {corpus.id}"
    code = hashing.hash_modules(CODE)
    with ExitStack() as stack:

        def look() -> Run | None:
            path.parent.mkdir(parents=True, exist_ok=True)
            _keep_protocols(corpus, order.runs / corpus.id)
            stack.enter_context(FileLock(path.with_suffix(".lock")))
            attached = bring_attached(path, order.runs)
            if attached is not None:
                say(f"{name}: goes on from {attached}")
            return _find(path, order, seed, code, say, name)

        found = processes.agreed(look)
        if found is None:
            _train(path, order, seed, code, processes, say, name)
            found = Run.open(path)
    return found


def _find(
    path: Path, order: _Order, seed: int, code: str, say: Say, name: str
) -> Run | None:
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
    if order.reference is not None:
        known = find_reference(order.config, order.corpus.id, seed, order.reference)
        if known is not None:
            say(f"{name}: reused from the reference runs")
            return known
    return None


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
    order: _Order,
    seed: int,
    code: str,
    processes: Processes,
    say: Say,
    name: str,
) -> None:
    config, corpus = order.config, order.corpus
    free = shutil.disk_usage(path.parent).free
    if free < NEEDED:
        raise DiskError(
            f"a run needs {NEEDED / 2**20:.0f} MiB in {path.parent},"
            f" {free / 2**20:.0f} MiB are free"
        )
    say(f"{name}: {foretell(config, corpus)}")
    started = time.time()
    features = {
        partition: load_features(
            corpus, partition, frontend=config.frontend, store=order.store
        )
        for partition in PARTITIONS
    }
    part, holdout = split_holdout(features["train"], config.n_val_speakers)
    # Another code's or corpus's checkpoint must not be gone on from.
    draft = path.with_name(f"{path.name}.partial-{code[:8]}")
    result = fit(
        config,
        part,
        holdout,
        seed=seed,
        checkpoint=draft / CHECKPOINT,
        save_seconds=order.save_seconds,
        compiled=order.compiled,
        log=None if order.log is None else Path(order.log, *path.parts[-4:]),
        progress=stop_in_time(
            lambda row: say(
                f"{name}: epoch {row['epoch'] + 1}/{config.epochs}"
                f" loss {row['loss']:.4f}"
                f" held-out macro-F1 {row['val_macro_f1']:.3f}"
                f" {row['seconds']:.1f} s"
            ),
            epochs=config.epochs,
        ),
        tick=lambda at: say(
            f"{name}: epoch {at['epoch'] + 1}/{config.epochs},"
            f" step {at['step']}/{at['steps']}"
        ),
    )
    scores = {
        partition: scores_frame(
            logits_of_all(
                result.model,
                features[partition],
                processes,
                partial=draft / f"scores-{partition}{PARTIAL}",
            ),
            features[partition],
        )
        for partition in SCORED
    }

    def write() -> None:
        write_run(
            draft,
            config=config,
            seed=seed,
            corpus={
                "id": corpus.id,
                "name": corpus.name,
                "title": corpus.title,
                "caveat": corpus.caveat,
                "trials": {p: len(corpus.partition(p)) for p in ("train", *SCORED)},
                "fitted": len(part),
                "n_val_speakers": sorted(set(holdout.trials["speaker"])),
            },
            code=code,
            canary=song(config),
            best_epoch=result.best_epoch,
            history=result.history,
            scores=scores,
            environment=environment()
            | {"seconds": round(result.earlier_seconds + time.time() - started, 1)},
            model=result.model.cpu(),
        )
        for left in (CHECKPOINT, Path(CHECKPOINT).with_suffix(".tmp").name):
            (draft / left).unlink(missing_ok=True)
        for left in draft.glob(f"*{PARTIAL}*"):
            left.unlink()
        draft.rename(path)

    processes.agreed(write)
