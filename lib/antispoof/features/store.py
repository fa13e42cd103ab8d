"""The feature store: every clip's features on disk, made once, read memory-mapped.

One array a partition in the protocol's order, float16, under a folder named after
the corpus and the front-end (its settings and its code). An array is filled block by
block beside a note of how far it is, and takes its final name when it is whole: a
killed build goes on from its last block, and no partial array is taken for a whole
one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import torch
from filelock import FileLock

from antispoof import audio, fingerprint
from antispoof.conventions import LABELS
from antispoof.corpus import Corpus
from antispoof.errors import AudioError, DiskError, ParameterError
from antispoof.features.frontends import build, fix_length

BLOCK = 256  # clips between two notes of progress
SPARE = 64 * 2**20  # bytes left free on the disk
CODE = ("antispoof.audio", "antispoof.features.logmel", "antispoof.features.frontends")

OnError = Literal["stop", "skip"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FeatureSet:
    """One partition's trials and features, row for row.

    Attributes
    ----------
    trials : DataFrame of ``Corpus.trials``, without the clips that were skipped.
    array : (n_stored, 1, n_mels, n_frames) float16, memory-mapped.
    rows : (n,) position in `array` of each trial.
    """

    trials: pd.DataFrame
    array: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def labels(self) -> np.ndarray:
        """(n,) class indices."""
        return np.array([LABELS.index(x) for x in self.trials["label"]], np.int64)

    def subset(self, mask: np.ndarray) -> FeatureSet:
        """The trials where the (n,) boolean `mask` is true."""
        trials = self.trials[mask].reset_index(drop=True)
        return FeatureSet(trials, self.array, self.rows[mask])

    def tensor(self, index: np.ndarray | slice = slice(None)) -> torch.Tensor:
        """Float32 features of the trials at `index`, copied into memory."""
        return torch.from_numpy(self.array[self.rows[index]].astype(np.float32))


def open_features(
    corpus: Corpus,
    partition: str,
    *,
    frontend: str = "logmel",
    store: str | Path,
    jobs: int | None = None,
    on_error: OnError = "stop",
    progress: Progress | None = None,
) -> FeatureSet:
    """The features of a partition, built on all cores if they are not there yet.

    Parameters
    ----------
    store : folder of all stores.
    jobs : threads, from 1 on; all cores if None.
    on_error : "stop" raises and names the first damaged clip, "skip" leaves all of
        them out. Damaged clips are tried again at the next opening.
    progress : called with (clips done, clips in all).

    Raises
    ------
    AudioError
        If a clip cannot be decoded and `on_error` is "stop".
    CorpusError
        If a clip is missing and `on_error` is "stop".
    DiskError
        If the array would not fit on the disk.
    ParameterError
        If the front-end, the partition, `jobs` or `on_error` is not accepted.
    """
    if on_error not in ("stop", "skip"):
        raise ParameterError(f"on_error={on_error!r}; accepted: stop, skip")
    if jobs is not None and jobs < 1:
        raise ParameterError(f"jobs={jobs} must be positive")
    module = build(frontend)
    trials = corpus.partition(partition)
    key = fingerprint.of_data([module.settings, fingerprint.of_modules(CODE)])
    folder = Path(store) / corpus.id / f"{frontend}-{key[:8]}"
    target = folder / f"{partition}.npy"
    if not target.exists():
        if on_error == "stop":
            corpus.require_audio(partition)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{partition}.lock"):
            if not target.exists():
                _fill(target, trials, module, jobs=jobs, progress=progress)
    damaged = _damaged(target, trials, module)
    array = np.load(target, mmap_mode="r")
    if damaged and on_error == "stop":
        row, sentence = next(iter(damaged.items()))
        raise AudioError(
            f"{sentence} ({trials['utt_id'][int(row)]}, {len(damaged)} damaged in all)"
        )
    rows = np.array([i for i in range(len(trials)) if str(i) not in damaged], np.int64)
    return FeatureSet(trials.iloc[rows].reset_index(drop=True), array, rows)


def damaged_clips(features: FeatureSet, corpus: Corpus, partition: str) -> list[str]:
    """Utterance ids of a partition that are in no row of `features`."""
    kept = set(features.trials["utt_id"])
    return [u for u in corpus.partition(partition)["utt_id"] if u not in kept]


def _note_of(target: Path) -> Path:
    return target.with_suffix(".json")


def _read_note(target: Path) -> dict:
    return json.loads(_note_of(target).read_text("utf-8"))


def _damaged(
    target: Path, trials: pd.DataFrame, module: torch.nn.Module
) -> dict[str, str]:
    # A whole clip may lie by now where a damaged one lay when the array was filled.
    said = _read_note(target)["damaged"]
    tried = {row: _compute(trials["path"][int(row)], module) for row in said}
    if all(isinstance(found, str) for found in tried.values()):
        return said
    with FileLock(target.with_suffix(".lock")):
        array = np.load(target, mmap_mode="r+")
        for row, found in tried.items():
            if not isinstance(found, str):
                array[int(row)] = found
        array.flush()
        still = {row: found for row, found in tried.items() if isinstance(found, str)}
        _write_note(_note_of(target), _read_note(target) | {"damaged": still})
    return still


def _compute(path: str, module: torch.nn.Module) -> np.ndarray | str:
    """Features of a clip, or the sentence that says what is wrong with it."""
    try:
        waveform = fix_length(audio.decode(path), module.n_samples)
    except AudioError as error:
        return str(error)
    with torch.inference_mode():
        return module(torch.from_numpy(waveform)[None])[0].numpy()


def _fill(
    target: Path,
    trials: pd.DataFrame,
    module: torch.nn.Module,
    *,
    jobs: int | None,
    progress: Progress | None,
) -> None:
    partial = target.with_suffix(".partial.npy")
    note = _note_of(target)
    state = {"done": 0, "damaged": {}}
    shape = (len(trials), *module.shape)
    if partial.exists() and note.exists():
        state = _read_note(target)
        array = np.lib.format.open_memmap(partial, mode="r+")
    else:
        note.unlink(missing_ok=True)  # of an array that was taken away
        array = _reserve(partial, shape)

    def one(row: int) -> tuple[int, str | None]:
        found = _compute(trials["path"][row], module)
        if isinstance(found, str):
            return row, found
        array[row] = found
        return row, None

    with _one_thread_each(), ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        for start in range(state["done"], len(trials), BLOCK):
            stop = min(start + BLOCK, len(trials))
            for row, sentence in pool.map(one, range(start, stop)):
                if sentence is not None:
                    state["damaged"][str(row)] = sentence
            array.flush()
            state["done"] = stop
            _write_note(note, state)
            if progress is not None:
                progress(stop, len(trials))
    array = None  # closes the map: an open one cannot be renamed everywhere
    partial.replace(target)


def _write_note(note: Path, state: dict) -> None:
    draft = note.with_suffix(".tmp")
    draft.write_text(json.dumps(state), "utf-8")
    draft.replace(note)


def _reserve(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """A new array on disk whose space is there: a mapped file kills where it is not."""
    n_bytes = np.dtype(np.float16).itemsize * int(np.prod(shape))
    free = shutil.disk_usage(path.parent).free
    if n_bytes + SPARE > free:
        raise DiskError(
            f"features need {n_bytes / 2**20:.0f} MiB in {path.parent},"
            f" {free / 2**20:.0f} MiB are free"
        )
    array = np.lib.format.open_memmap(path, "w+", np.float16, shape)
    if hasattr(os, "posix_fallocate"):
        try:
            with path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        except OSError as error:
            path.unlink()
            raise DiskError(
                f"features need {n_bytes / 2**20:.0f} MiB in {path.parent}:"
                f" {error.strerror}"
            ) from error
    return array


@contextmanager
def _one_thread_each() -> Iterator[None]:
    # Many clips side by side keep the cores busier than one clip on all of them.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
