"""Run a command with one GPU that no other such command uses.

    python tools/one_gpu.py COMMAND ...

Snakemake limits how many GPU jobs run at a time, but does not assign devices: one lock
file per GPU does. The lock is released when this process ends, however it ends. Without
a GPU the command runs as it is.
"""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from antispoof.platforms import gpus

VISIBLE = "CUDA_VISIBLE_DEVICES"
# Every task of SLURM numbers its own GPUs from 0, so the locks hold within one task.
SLURM_TASK = ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_PROCID")
POLL_SECONDS = 1.0


@contextmanager
def acquire_gpu(folder: str | Path | None = None) -> Iterator[str | None]:
    """Reserve a GPU and set ``$CUDA_VISIBLE_DEVICES`` to it inside the block.

    Waits until a GPU is free. If the variable names some GPUs already, it is one of
    them. Yields None and changes nothing if there is no GPU or the variable is empty.

    Parameters
    ----------
    folder : of the lock files; the system's temporary folder if None.
    """
    before = os.environ.get(VISIBLE)
    names = map(str, range(len(gpus()))) if before is None else before.split(",")
    task = [] if before is None else [os.environ.get(name, "") for name in SLURM_TASK]
    prefix = "-".join(["antispoof", getpass.getuser(), *filter(None, task), "gpu"])
    home = Path(folder or tempfile.gettempdir())
    locks = {name: FileLock(home / f"{prefix}-{name}.lock") for name in names if name}
    if not locks:
        yield None
        return
    name = _lock_first_free(locks)
    os.environ[VISIBLE] = name
    try:
        yield name
    finally:
        locks[name].release()
        del os.environ[VISIBLE]
        if before is not None:
            os.environ[VISIBLE] = before


def _lock_first_free(locks: dict[str, FileLock]) -> str:
    while True:
        for name, lock in locks.items():
            with suppress(Timeout):
                lock.acquire(timeout=0)
                return name
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    with acquire_gpu():
        sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
