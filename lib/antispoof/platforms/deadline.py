"""How long this process may still run.

The time limit is the first of these that is set: ``$ANTISPOOF_DEADLINE`` (seconds
since 1970, set by a batch file or a person), ``$SLURM_JOB_END_TIME``, and on Kaggle
twelve hours after the session began. Colab documents no limit, so none is assumed.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from antispoof.errors import ParameterError
from antispoof.platforms.detect import KAGGLE, detect_platform

LIMITS = ("ANTISPOOF_DEADLINE", "SLURM_JOB_END_TIME")
KAGGLE_SECONDS = 12 * 3600


def seconds_left() -> float | None:
    """Seconds until this process is ended from outside; None if no limit is known.

    Raises
    ------
    ParameterError
        If one of the two variables is set and is not a number.
    """
    for name in filter(os.environ.get, LIMITS):
        try:
            return float(os.environ[name]) - time.time()
        except ValueError:
            raise ParameterError(
                f"${name}={os.environ[name]!r}; accepted: seconds since 1970"
            ) from None
    if detect_platform() == KAGGLE:
        with suppress(OSError):
            return KAGGLE_SECONDS - _session_age()
    return None


def _session_age() -> float:
    """Seconds since the first process of this container started; Linux only."""
    fields = Path("/proc/1/stat").read_text().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5)
    return float(Path("/proc/uptime").read_text().split()[0]) - started
