"""Fill one array of the store on all cores, so that it may be killed at any moment.

The array is filled from its start beside a note of how far it is, and takes its final
name when it is whole: a killed build goes on from its last note, and no partial array
is taken for a whole one. It is written as a file, not mapped: mapped pages would count
as memory of the process.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from torch import nn

from antispoof import audio
from antispoof.errors import AudioError, DiskError
from antispoof.frontends.side_by_side import in_order
from antispoof.frontends.sizes import file_sizes, require_same_sound

BLOCK = 16  # clips a worker takes at a time
NOTE_SECONDS = 2.0  # between two notes of progress: what a killed build loses at most
SPARE = 64 * 2**20  # bytes left free on the disk

Progress = Callable[[int, int], None]
Damaged = dict[int, str]  # row -> sentence


@dataclass
class Note:
    """What is known of an array.

    Attributes
    ----------
    done : rows that are computed; all of them once the array is whole.
    damaged : row -> the sentence that says what is wrong with its clip.
    sizes : bytes of each row's sound file.
    """

    done: int
    damaged: Damaged
    sizes: list[int]


def read_note(target: Path) -> Note:
    """The note beside an array, whole or not."""
    note = Note(**json.loads(_note_of(target).read_text("utf-8")))
    note.damaged = {int(row): said for row, said in note.damaged.items()}
    return note


def n_bytes(n_clips: int, module: nn.Module) -> int:
    """Bytes that an array of so many clips takes on disk, but for its short header."""
    return np.dtype(np.float16).itemsize * n_clips * int(np.prod(module.shape))


def require_space(folder: Path, needed: int) -> None:
    """Refuse to fill the disk.

    Raises
    ------
    DiskError
        If fewer than `needed` bytes, and some to spare, are free under `folder`.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if needed + SPARE > free:
        raise DiskError(
            f"features need {needed / 2**20:.0f} MiB in {folder},"
            f" {free / 2**20:.0f} MiB are free"
        )


def fill(
    target: Path,
    trials: pd.DataFrame,
    module: nn.Module,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Build the features of the trials into `target`, or go on where it was left.

    Parameters
    ----------
    target : the file, in a folder that is there. It appears whole.
    module : the front-end.
    jobs : workers; all cores if None.
    progress : called with (clips done, clips in all).

    Raises
    ------
    CorpusError
        If the sound changed since the build was cut off.
    DiskError
        If the array would not fit on the disk.
    """
    partial = target.with_suffix(".partial.npy")
    note = Note(done=0, damaged={}, sizes=file_sizes(trials))
    if partial.exists() and _note_of(target).exists():
        known = read_note(target)
        note.done, note.damaged = known.done, known.damaged
        to_come = {*note.damaged, *range(note.done, len(trials))}
        require_same_sound(known.sizes, trials, target.parent, apart_from=to_come)
        note.sizes[: note.done] = known.sizes[: note.done]
    else:
        _note_of(target).unlink(missing_ok=True)  # of an array that was taken away
        _reserve(partial, len(trials), module)
    if progress is not None:
        progress(note.done, len(trials))

    def compute(start: int) -> tuple[int, Damaged]:
        stop = min(start + BLOCK, len(trials))
        return stop, _write(partial, range(start, stop), trials, module)

    noted = time.monotonic()
    blocks = range(note.done, len(trials), BLOCK)
    with in_order(compute, blocks, jobs or os.cpu_count() or 1) as computed:
        for note.done, damaged in computed:
            note.damaged |= damaged
            if time.monotonic() - noted >= NOTE_SECONDS:
                _flush(partial)  # the note must never be ahead of the array
                _write_note(target, note)
                noted = time.monotonic()
            if progress is not None:
                progress(note.done, len(trials))
        _flush(partial)  # while the workers end
    _write_note(target, note)
    partial.replace(target)


def refill(target: Path, trials: pd.DataFrame, module: nn.Module) -> Note:
    """Try the damaged clips of a whole array again; what is to be said of it now."""
    note = read_note(target)
    if not note.damaged:
        return note
    with FileLock(target.with_suffix(".lock")):
        still: Damaged = {}
        for row in note.damaged:
            still |= _write(target, range(row, row + 1), trials, module)
        if set(still) != set(note.damaged):
            _flush(target)
            sizes = file_sizes(trials)
            for row in note.damaged:
                note.sizes[row] = sizes[row]
            note.damaged = still
            _write_note(target, note)
    return note


def _write(path: Path, rows: range, trials: pd.DataFrame, module: nn.Module) -> Damaged:
    """Compute consecutive rows of an array on disk; say which clips are damaged."""
    block = np.zeros((len(rows), *module.shape), np.float16)
    paths = trials["path"].iloc[rows.start : rows.stop]
    damaged = {}
    with torch.inference_mode():
        for features, row, sound in zip(block, rows, paths, strict=True):
            try:
                waveform = audio.load_mono_16k(sound)
            except AudioError as error:
                damaged[row] = str(error)
                continue
            # Rounded by torch: NumPy does so number by number.
            features[:] = module(torch.from_numpy(waveform)[None])[0].half().numpy()
    header = path.stat().st_size - n_bytes(len(trials), module)
    with path.open("r+b") as file:
        start = header + n_bytes(rows.start, module)
        file.seek(start)
        file.write(block)
        file.flush()
        if hasattr(os, "posix_fadvise"):
            # On its way to the disk while the next block is computed, so that the
            # last flush has little to wait for; what is not there yet stays cached.
            os.posix_fadvise(file.fileno(), start, block.nbytes, os.POSIX_FADV_DONTNEED)
    return damaged


def _flush(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _note_of(target: Path) -> Path:
    return target.with_suffix(".json")


def _write_note(target: Path, note: Note) -> None:
    draft = _note_of(target).with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(note)), "utf-8")
    draft.replace(_note_of(target))


def _reserve(path: Path, n_clips: int, module: nn.Module) -> None:
    """A new array on disk whose space is there."""
    needed = n_bytes(n_clips, module)
    require_space(path.parent, needed)
    np.lib.format.open_memmap(path, "w+", np.float16, (n_clips, *module.shape))
    if hasattr(os, "posix_fallocate"):
        try:
            with path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        except OSError as error:
            path.unlink()
            raise DiskError(
                f"features need {needed / 2**20:.0f} MiB in {path.parent}:"
                f" {error.strerror}"
            ) from error
