"""How long this process may still run.

The time limit is the first of these that is set: ``$ANTISPOOF_DEADLINE`` (seconds
since 1970, set by a batch file or a person), ``$SLURM_JOB_END_TIME``, and on Kaggle
twelve hours after the session began. Colab documents no limit, so none is assumed.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

import psutil

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
        with suppress(psutil.Error):  # the session's first process
            return psutil.Process(1).create_time() + KAGGLE_SECONDS - time.time()
    return None
