"""The state of an unfinished fit, on disk: whole or not there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch

from antispoof.errors import DiskError, RunError


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


def random_states() -> dict[str, Any]:
    """States of torch's random generators, of the CPU and every GPU."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def restore_random_states(states: dict[str, Any]) -> None:
    """Undo whatever was drawn since `random_states`.

    GPUs other than those of then start from the seed.
    """
    torch.set_rng_state(states["cpu"])
    if states["cuda"] and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
