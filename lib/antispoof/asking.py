"""The one question most people have, within reach of ``import antispoof``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antispoof.inference import Prediction


def check(path: str | Path, *, run: str | Path | None = None) -> Prediction:
    """Is this clip fake? See :func:`antispoof.inference.predict_clip`.

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
    from antispoof.inference import load, predict_clip  # loads torch

    return predict_clip(path, load(run))
