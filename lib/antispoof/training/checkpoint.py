"""The state of an unfinished training on disk, and of the random generators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from antispoof.errors import DiskError, RunError
from antispoof.files import atomic_path


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write `state` atomically.

    Raises
    ------
    DiskError
        If it cannot be written; an earlier checkpoint stays.
    """
    try:
        with atomic_path(path) as temporary:
            torch.save(state, temporary)
    except (OSError, RuntimeError) as error:  # torch raises RuntimeError: disk full
        raise DiskError(f"the checkpoint {path} cannot be written: {error}") from error


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """The state at `path`, None if there is none; tensors and plain values only.

    Raises
    ------
    RunError
        If the file is not a checkpoint.
    """
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise RunError(f"{path} is not a checkpoint: {error}") from error


def random_states(device: torch.device) -> dict[str, Any]:
    """States of torch's random generators: the CPU's, and the GPU's if it is one."""
    cuda = [torch.cuda.get_rng_state(device)] if device.type == "cuda" else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def restore_random_states(states: dict[str, Any], device: torch.device) -> None:
    """Set the generators to what `random_states` returned.

    A GPU that resumes the training of a CPU starts from the seed.
    """
    torch.set_rng_state(states["cpu"])
    if states["cuda"] and device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"][0], device)
