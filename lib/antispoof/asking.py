"""The one question most people have, within reach of ``import antispoof``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antispoof.checking import Answer


def check(path: str | Path, *, run: str | Path | None = None) -> Answer:
    """Is this clip fake? See :func:`antispoof.checking.check_clip`.

    Parameters
    ----------
    path : a sound file of any kind, rate and number of channels, from 0.2 s to a day.
    run : folder of a run whose weights judge; None takes the shipped ones.

    Raises
    ------
    AudioError
        If the clip cannot be decoded or judged.
    RunError
        If there are no weights.

    Examples
    --------
    >>> antispoof.check("voice.m4a").answer  # doctest: +SKIP
    'uncertain'
    """
    from antispoof.checking import check_clip, load  # loads torch

    return check_clip(path, load(run))
