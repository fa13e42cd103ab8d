"""The state of an unfinished fit, on disk: whole or not there."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import torch

from antispoof.errors import DiskError, RunError

SHARE = 0.05  # of the time that saving may take


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write `state` beside `path`, then take its place in one step.

    Raises
    ------
    DiskError
        If it cannot be written; the checkpoint that was there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    try:
        with draft.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except (OSError, RuntimeError) as error:  # torch's word for a full disk
        draft.unlink(missing_ok=True)
        free = shutil.disk_usage(path.parent).free / 2**20
        raise DiskError(
            f"the checkpoint {path} cannot be written; {free:.0f} MiB are free there"
        ) from error


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """The state at `path`, None if there is none; tensors and plain values only.

    Raises
    ------
    RunError
        If the file is not such a state.
    """
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise RunError(f"{path} is no checkpoint of ours: {error}") from error


def random_states(device: torch.device) -> dict[str, Any]:
    """States of torch's random generators: the CPU's, and a GPU's if it is one."""
    cuda = [torch.cuda.get_rng_state(device)] if device.type == "cuda" else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def restore_random_states(states: dict[str, Any], device: torch.device) -> None:
    """Undo whatever was drawn since `random_states`.

    A GPU that goes on where a CPU was starts from the seed.
    """
    torch.set_rng_state(states["cpu"])
    if states["cuda"] and device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"][0], device)


class Saver:
    """Decides when to save: at every epoch's end, and now and then within.

    Saving takes at most a twentieth of the time: where an epoch takes seconds, or the
    disk is slow, some saves are left out.

    Parameters
    ----------
    path : the checkpoint; None saves nothing.
    seconds : least time between two saves within an epoch; 0 saves after every step,
        whatever it costs.
    """

    def __init__(self, path: Path | None, seconds: float) -> None:
        self.path, self.seconds = path, seconds
        self._cost = 0.0
        self._saved = time.monotonic()

    def is_due(self, *, epoch_ended: bool) -> bool:
        """Whether it is time to save."""
        if self.path is None:
            return False
        since = time.monotonic() - self._saved
        if self.seconds and since < self._cost / SHARE:
            return False
        return epoch_ended or since >= self.seconds

    def save(self, state: dict[str, Any]) -> None:
        """Save, as :func:`save_checkpoint` does."""
        if self.path is None:
            return
        started = time.monotonic()
        save_checkpoint(self.path, state)
        self._saved = time.monotonic()
        self._cost = self._saved - started
