"""Audio deepfake detection on ASVspoof 2019 LA: the library under the report.

Rooms, ground floor first; an import never points up: ``conventions``, ``errors``,
``fingerprint``, ``metrics``, ``audio``, ``archives``, ``corpus``, ``platforms``,
``minicorpus``, ``features``, ``models``, ``scoring``, ``recipe``, ``training``,
``statistics``, ``runs``, ``checking``, ``plots``, ``report``, ``chapters``, ``cli``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from antispoof.checking import Answer

__version__ = "0.1.0"


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
