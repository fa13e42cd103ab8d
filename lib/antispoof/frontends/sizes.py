"""Whether sound files are still the ones that features were made from.

A corpus is known by its protocols, and the same protocols may come with other sound:
trimmed, or encoded anew. Its files then have other sizes, which are told without
reading them.
"""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from pathlib import Path

import pandas as pd

from antispoof.errors import CorpusError

ABSENT = -1  # bytes


def file_sizes(trials: pd.DataFrame) -> list[int]:
    """Bytes of each trial's file, ``ABSENT`` where there is none."""
    return [_size(path) for path in trials["path"]]


def require_same_sound(
    sizes: Sequence[int],
    trials: pd.DataFrame,
    folder: Path,
    *,
    apart_from: Container[int] = (),
) -> None:
    """Compare the files of the trials with their sizes when features were made.

    Files that are gone are no other sound: features may outlive what they came from.

    Parameters
    ----------
    sizes : (n_trials,) bytes, as ``file_sizes`` gave them.
    folder : where the features are; the error names it.
    apart_from : rows that do not count.

    Raises
    ------
    CorpusError
        If a file has another size; names the first.
    """
    now = file_sizes(trials)
    changed = [
        row
        for row, (was, size) in enumerate(zip(sizes, now, strict=True))
        if size not in (was, ABSENT) and row not in apart_from
    ]
    if changed:
        first = changed[0]
        raise CorpusError(
            f"the features in {folder} were made from other sound: {len(changed)} of"
            f" {len(trials)} files have another size, the first is"
            f" {trials['path'].iloc[first]} ({sizes[first]} bytes then, {now[first]}"
            " now); use another store, or remove that folder"
        )


def _size(path: str) -> int:
    try:
        # A Path for each of 121 461 clips would take a second more.
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return ABSENT
