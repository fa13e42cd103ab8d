"""How long this process may still run.

The time limit is the first of these that is set: ``$ANTISPOOF_DEADLINE`` (seconds
since 1970, set by a batch file or a person), ``$SLURM_JOB_END_TIME``, and on Kaggle
twelve hours after the session began. Colab documents no limit, so none is assumed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from antispoof.errors import ParameterError, TimeLimitError
from antispoof.platforms.detect import KAGGLE, detect_platform

DEADLINE = "ANTISPOOF_DEADLINE"
SLURM_END = "SLURM_JOB_END_TIME"
KAGGLE_SECONDS = 12 * 3600
RESERVE = 300.0  # seconds, to save and to end the notebook

Progress = Callable[[dict[str, float]], None]


def seconds_left() -> float | None:
    """Seconds until this process is ended from outside; None if no limit is known.

    Raises
    ------
    ParameterError
        If one of the two variables is set and is not a number.
    """
    for name in (DEADLINE, SLURM_END):
        text = os.environ.get(name, "")
        if text:
            try:
                return float(text) - time.time()
            except ValueError:
                raise ParameterError(
                    f"${name}={text!r}; accepted: seconds since 1970"
                ) from None
    age = _session_age() if detect_platform() == KAGGLE else None
    return None if age is None else KAGGLE_SECONDS - age


def stop_in_time(
    progress: Progress, *, epochs: int, reserve: float = RESERVE
) -> Progress:
    """``progress``, followed by a look at the clock.

    Made for `training.fit`, which calls it after each epoch: where the next epoch, at
    the length of the longest so far, and ``reserve`` seconds would not fit into the
    time left, it stops the fit. What was trained is in the checkpoint.

    Parameters
    ----------
    epochs : of the fit; after the last one only ``reserve`` has to be left.

    Raises
    ------
    TimeLimitError
        From the function given back, when it stops the fit.
    """
    longest = 0.0

    def watched(row: dict[str, float]) -> None:
        nonlocal longest
        progress(row)
        left = seconds_left()
        longest = max(longest, row["seconds"])
        another = longest if row["epoch"] + 1 < epochs else 0.0
        if left is not None and left < another + reserve:
            raise TimeLimitError(
                f"stopped after epoch {int(row['epoch']) + 1}: another takes"
                f" {another:.0f} s, ending takes up to {reserve:.0f} s, and"
                f" {max(left, 0):.0f} s are left here. Nothing is lost: run it again"
                " where the folder `runs` is still there, or attached, and it goes"
                " on from its checkpoint"
            )

    return watched


def _session_age() -> float | None:
    """Seconds since the first process of this container started."""
    try:
        fields = Path("/proc/1/stat").read_text().rpartition(")")[2].split()
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except OSError:
        return None
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5)
    return uptime - started
