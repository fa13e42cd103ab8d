"""One GPU for one process, where several processes share a machine.

A batch engine counts GPUs but does not say which one is whose. A lock file a GPU does:
it is released when its process ends, however it ends.
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

from antispoof.platforms.machine import gpus

VISIBLE = "CUDA_VISIBLE_DEVICES"
WAIT = 1.0  # seconds between two looks for a free GPU


@contextmanager
def one_gpu(folder: str | Path | None = None) -> Iterator[str | None]:
    """A GPU that no other process under this lock uses, as ``$CUDA_VISIBLE_DEVICES``.

    Waits until one is free. Among several that the environment names already (as
    SLURM does for a job) one of those is taken. Gives None and changes nothing on a
    machine without a GPU.

    Parameters
    ----------
    folder : where the lock files lie; the system's temporary folder if None.
    """
    before = os.environ.get(VISIBLE)
    named = before.split(",") if before else [str(i) for i in range(len(gpus()))]
    if not named:
        yield None
        return
    home = Path(folder or tempfile.gettempdir())
    locks = {
        name: FileLock(home / f"antispoof-{getpass.getuser()}-gpu-{name}.lock")
        for name in named
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


def _first_free(locks: dict[str, FileLock]) -> str:
    while True:
        for name, lock in locks.items():
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            return name
        time.sleep(WAIT)
