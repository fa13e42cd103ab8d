"""The feature store: every clip's features on disk, made once, read memory-mapped.

One array a partition in the protocol's order, float16, under a folder named after
the corpus and the front-end (its settings and its code). Beside it lies a note of
the clips that are damaged, and of the size of every sound file.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from torch import nn

from antispoof import hashing
from antispoof.constants import LABELS
from antispoof.corpora import Corpus
from antispoof.errors import AudioError, ParameterError
from antispoof.frontends.filling import Progress, fill, n_bytes, refill
from antispoof.frontends.registry import build
from antispoof.frontends.sizes import require_same_sound

CODE = ("antispoof.audio", "antispoof.frontends.logmel", "antispoof.frontends.registry")
SHOWN = 20  # damaged clips named in an error

OnError = Literal["stop", "skip"]


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

    def stored(self, index: np.ndarray | slice = slice(None)) -> torch.Tensor:
        """Features of the trials at `index` as they are stored, copied into memory."""
        copied = torch.from_numpy(self.array[self.rows[index]])
        _let_go(self.array)
        return copied

    def tensor(self, index: np.ndarray | slice = slice(None)) -> torch.Tensor:
        """:meth:`stored`, in float32."""
        return self.stored(index).float()


def load_features(
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

    A build that was cut off, at whatever moment, goes on from where it was.

    Parameters
    ----------
    store : folder of all stores.
    jobs : workers, from 1 on; all cores if None.
    on_error : "stop" builds all it can, then raises and names the damaged clips;
        "skip" leaves them out. They are tried again at the next opening.
    progress : called with (clips done, clips in all); first with what was there.

    Raises
    ------
    AudioError
        If a clip cannot be decoded and `on_error` is "stop".
    CorpusError
        If a clip is missing and `on_error` is "stop", or if a sound file is not the
        one that the features were made from.
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
    target = _target(corpus, partition, frontend, module, store)
    built = False
    if not target.exists():
        if on_error == "stop":
            corpus.require_audio(partition)
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock")):
            if not target.exists():
                fill(target, trials, module, jobs=jobs, progress=progress)
                built = True
    note = refill(target, trials, module)
    damaged = note.damaged
    if not built:
        require_same_sound(note.sizes, trials, target.parent, apart_from=damaged)
    if damaged and on_error == "stop":
        names = [trials["utt_id"][row] for row in damaged]
        shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
        raise AudioError(
            f"{len(damaged)} of the {len(trials)} clips of {partition} cannot be used:"
            f" {shown}. The first: {next(iter(damaged.values()))}"
        )
    array = np.load(target, mmap_mode="r")
    rows = np.array([i for i in range(len(trials)) if i not in damaged], np.int64)
    return FeatureSet(trials.iloc[rows].reset_index(drop=True), array, rows)


def failed_clips(features: FeatureSet, corpus: Corpus, partition: str) -> list[str]:
    """Utterance ids of a partition that are in no row of `features`."""
    kept = set(features.trials["utt_id"])
    return [u for u in corpus.partition(partition)["utt_id"] if u not in kept]


def bytes_to_build(
    corpus: Corpus, partition: str, *, frontend: str = "logmel", store: str | Path
) -> int:
    """Bytes of disk that `load_features` would take: 0 if the features are there.

    Raises
    ------
    ParameterError
        If the front-end or the partition is not accepted.
    """
    module = build(frontend)
    n_clips = len(corpus.partition(partition))
    there = _target(corpus, partition, frontend, module, store).exists()
    return 0 if there else n_bytes(n_clips, module)


def _let_go(array: np.ndarray) -> None:
    # What was read of a mapped file counts as memory of the process until it is let
    # go, though the system may keep it at hand: whole partitions would add up.
    if isinstance(array.base, mmap.mmap) and hasattr(array.base, "madvise"):
        array.base.madvise(mmap.MADV_DONTNEED)


def _target(
    corpus: Corpus, partition: str, frontend: str, module: nn.Module, store: str | Path
) -> Path:
    key = hashing.hash_json([module.settings, hashing.hash_modules(CODE)])
    return Path(store) / corpus.id / f"{frontend}-{key[:8]}" / f"{partition}.npy"
