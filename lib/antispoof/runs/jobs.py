"""Runs on demand: loaded if they exist and are still valid, else trained."""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from accelerate.utils import broadcast_object_list
from filelock import FileLock

from antispoof import training
from antispoof.config import TrainConfig
from antispoof.corpora import Corpus, write_protocol
from antispoof.errors import MemoryLimitError, ParameterError
from antispoof.files import atomic_path, check_disk_space, project_folder
from antispoof.frontends import FeatureSet, load_features
from antispoof.platforms import describe_machine
from antispoof.runs import regression_check
from antispoof.runs.record import Run, protocol_name, run_path, write_json, write_run
from antispoof.runs.references import REFERENCES, find_reference
from antispoof.runs.transfer import import_previous_run
from antispoof.scoring.partition import score_partition

CHECKPOINT = "checkpoint-2.pt"  # of the second layout
UNFINISHED = ".unfinished"  # ending of the folder that holds the checkpoint
CORPUS_KEYS = ("id", "name", "title", "caveat")  # kept in the record of a run
RUN_BYTES = 2**30  # disk space that a run may take while it is made

Log = Callable[[str], None]


def no_log(line: str) -> None:
    """Log nothing."""


def train_or_load(
    config: TrainConfig,
    corpus: Corpus,
    seeds: Sequence[int],
    *,
    runs_dir: str | Path | None = None,
    cache_dir: str | Path | None = None,
    references: str | Path | None = REFERENCES,
    on_error: str = "stop",
    log: Log = no_log,
) -> list[Run]:
    """One run per seed, in the order of the seeds.

    A run below `runs_dir` or `references` is reused if its configuration, its corpus
    (sound included) and its seed are the same and the regression check passes. Missing
    runs are trained, resuming from a checkpoint if there is one. Runs that fail the
    regression check are archived under another name and used again if the code that
    made them returns. Processes that ``accelerate`` launched train together; the main
    one alone logs.

    Parameters
    ----------
    runs_dir : folder of run records; ``runs`` of the project if None.
    cache_dir : folder of the feature cache, see `load_features`.
    references : folder of reference runs; None uses no reference runs.
    on_error : "stop" or "skip" clips that cannot be decoded, see `load_features`.
    log : called with one line for each reused run, each training and each epoch.

    Raises
    ------
    ParameterError
        If a seed is not a whole number from 0 to 2**32 - 1.
    CorpusError
        If a partition lacks a class.
    TimeLimitError
        If the time limit leaves no room for another epoch.
    MemoryLimitError
        If a batch does not fit into memory.
    AntispoofError
        As `load_features`, `fit` and `score_partition` do; nothing but a checkpoint
        to resume from is left.
    """
    for seed in seeds:
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**32:
            raise ParameterError(
                f"seed={seed!r}; accepted: whole numbers from 0 to {2**32 - 1}"
            )
    corpus.require_both_classes("train")
    options = {"frontend": config.frontend, "silence": config.silence}
    options["cache_dir"] = cache_dir
    load = partial(load_features, corpus, **options, on_error=on_error)
    runs_dir = project_folder() / (runs_dir or "runs")
    if not training.current_processes().is_main_process:
        log = no_log
    job = partial(_Job, config, corpus, runs_dir, references, load, log)
    return [job(seed).run() for seed in seeds]


@dataclass(frozen=True)
class _Job:
    """One run to load or to train; `load` gives the features of a partition."""

    config: TrainConfig
    corpus: Corpus
    runs_dir: Path
    references: str | Path | None
    load: Callable[[str], FeatureSet]
    log: Log
    seed: int

    @property
    def path(self) -> Path:
        return run_path(self.runs_dir, self.corpus.id, self.config, self.seed)

    @property
    def unfinished(self) -> Path:
        """Folder of the checkpoint."""
        return self.path.with_name(f"{self.path.name}{UNFINISHED}")

    def report(self, line: str) -> None:
        self.log(f"{self.config.model} seed {self.seed} on {self.corpus.id}: {line}")

    def run(self) -> Run:
        processes = training.current_processes()
        # Read now: the regression check changes the state that `processes` shows.
        is_main, n_processes = processes.is_main_process, processes.num_processes
        self.path.parent.mkdir(parents=True, exist_ok=True)
        found: list[Run | None] = [None]  # a list, which broadcasting fills
        with FileLock(self.path.with_suffix(".lock")) if is_main else nullcontext():
            if is_main:
                found = [self.find()]
                if found[0] is None:
                    self.prepare_unfinished()
            if n_processes > 1:
                # The regression check trains in one process.
                training.current_processes()
                broadcast_object_list(found)
            return found[0] or self.train()

    def find(self) -> Run | None:
        """A valid run, from disk, from a previous session or from the references."""
        path = self.path
        origin = import_previous_run(path, self.runs_dir)
        if origin is not None:
            self.report(f"found in {origin}")
        folders = [path, *sorted(path.parent.glob(f"{path.name}.archived-*"))]
        found = [Run.open(folder) for folder in folders if folder.is_dir()]
        if self.references is not None:
            wanted = self.config, self.corpus.id, self.seed
            found.append(find_reference(*wanted, self.references))
        for run in filter(None, found):
            if self.is_valid(run):
                self.report("reused" if run.path == path else f"reused from {run.path}")
                return run
            kept = run.path
            if kept == path:
                kept = path.rename(f"{path}.archived-{len(folders)}")
            self.report(
                f"the run in {kept} is not used, because today's code computes other"
                " numbers (the regression check differs)"
            )
        return None

    def is_valid(self, run: Run) -> bool:
        same = (run.config, run.corpus["id"]) == (self.config, self.corpus.id)
        return same and regression_check.matches(run.regression_scores, self.config)

    def prepare_unfinished(self) -> None:
        """Make the folder of the checkpoint; delete a checkpoint of other code."""
        file = self.unfinished / "regression_scores.json"
        if file.exists():
            recorded = json.loads(file.read_text("utf-8"))
            if regression_check.matches(recorded, self.config):
                return
        shutil.rmtree(self.unfinished, ignore_errors=True)
        self.unfinished.mkdir(parents=True)
        write_json(file, regression_check.compute(self.config))

    def train(self) -> Run:
        config, corpus, path = self.config, self.corpus, self.path
        check_disk_space(path.parent, RUN_BYTES)
        features = {partition: self.load(partition) for partition in corpus.partitions}
        rest, val = training.split_validation(features["train"], config.n_val_speakers)
        train_set = training.draw_clips(rest, config, self.seed)
        self.report(f"trains on {len(train_set)} clips for {config.epochs} epochs")
        logger = partial(training.log_epoch, self.report, config.epochs)
        options = {"seed": self.seed, "checkpoint": self.unfinished / CHECKPOINT}
        options["callbacks"] = [logger, training.TimeLimit(n_epochs=config.epochs)]
        try:
            result = training.fit(config, train_set, val, **options)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise MemoryLimitError(
                f"{config.model} with batch_size={config.batch_size} does not fit into"
                " memory; lower batch_size"
            ) from error
        if training.current_processes().is_main_process:
            scored = [p for p in corpus.partitions if p != "train"]
            scores = {p: score_partition(result.model, features[p]) for p in scored}
            for partition in scored:
                protocol = self.runs_dir / corpus.id / protocol_name(partition)
                if not protocol.exists():
                    with atomic_path(protocol) as temporary:
                        write_protocol(temporary, features[partition].trials)
            seconds = round(result.history["seconds"].sum(), 3)
            run = Run(
                path=path,
                config=config,
                seed=self.seed,
                corpus={
                    **{key: getattr(corpus, key) for key in CORPUS_KEYS},
                    "trials": {p: len(found) for p, found in features.items()},
                    "n_train": len(train_set),
                    "val_speakers": sorted(set(val.trials["speaker"])),
                },
                regression_scores=regression_check.compute(config),
                best_epoch=result.best_epoch,
                history=result.history,
                environment={**describe_machine(), "seconds": seconds},
            )
            with atomic_path(path) as temporary:
                write_run(run, scores, result.model.cpu(), temporary)
            shutil.rmtree(self.unfinished, ignore_errors=True)
        training.current_processes().wait_for_everyone()
        return Run.open(path)
