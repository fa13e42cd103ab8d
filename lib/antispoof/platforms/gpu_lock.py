"""One GPU for one process, where several processes share a machine.

A batch engine counts GPUs but does not say which one is whose. A lock file a GPU does:
it is released when its process ends, however it ends. A scheduler does say it, and
numbers each job's GPUs from 0 again, so those locks hold within one job's task only.
"""

from __future__ import annotations

import getpass
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from antispoof.platforms.resources import gpus

VISIBLE = "CUDA_VISIBLE_DEVICES"
# Job, step and number of a process that SLURM started, each with GPUs of its own.
TASK = ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_PROCID")
WAIT = 1.0  # seconds between two looks for a free GPU


@contextmanager
def acquire_gpu(folder: str | Path | None = None) -> Iterator[str | None]:
    """A GPU that no other process under this lock uses, as ``$CUDA_VISIBLE_DEVICES``.

    Waits until one is free; where the environment names some already, it is one of
    those, and a job to which SLURM gave GPUs waits for no other job. Gives None and
    changes nothing where no GPU is there or named.

    Parameters
    ----------
    folder : where the lock files lie; the system's temporary folder if None.
    """
    before = os.environ.get(VISIBLE)
    here = map(str, range(len(gpus()))) if before is None else before.split(",")
    named = [name for name in here if name]
    if not named:
        yield None
        return
    home = Path(folder or tempfile.gettempdir())
    user = "-".join([getpass.getuser(), *_task(given=before is not None)])
    locks = {
        name: FileLock(home / f"antispoof-{user}-gpu-{name}.lock") for name in named
    }
    mine = _first_free(locks)
    os.environ[VISIBLE] = mine
    try:
        yield mine
    finally:
        locks[mine].release()
        if before is None:
            del os.environ[VISIBLE]
        else:
            os.environ[VISIBLE] = before


def _task(*, given: bool) -> list[str]:
    """What names the task of SLURM that was given GPUs; empty where none was."""
    words = [os.environ.get(name, "") for name in TASK]
    return words if given and words[0] else []


def _first_free(locks: dict[str, FileLock]) -> str:
    while True:
        for name, lock in locks.items():
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            return name
        time.sleep(WAIT)
