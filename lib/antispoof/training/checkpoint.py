"""The state of an unfinished training on disk, and of the random generators."""

from pathlib import Path
from typing import Any

import torch

from antispoof.errors import DiskError, RunError
from antispoof.files import atomic_path


def save_checkpoint(path: Path, state: dict[str, Any], device: torch.device) -> None:
    """Write `state`, and those of torch's random generators, atomically.

    Raises
    ------
    DiskError
        If it cannot be written; an earlier checkpoint stays.
    """
    cuda = [torch.cuda.get_rng_state(device)] if device.type == "cuda" else []
    random = {"cpu": torch.get_rng_state(), "cuda": cuda}
    try:
        with atomic_path(path) as temporary:
            torch.save({**state, "random": random}, temporary)
    except (OSError, RuntimeError) as error:  # torch raises RuntimeError: disk full
        raise DiskError(f"the checkpoint {path} cannot be written: {error}") from error


def load_checkpoint(path: Path, device: torch.device) -> dict[str, Any] | None:
    """The state at `path`, None if there is none; sets torch's random generators.

    Only tensors and plain values are read. A GPU that resumes the training of a CPU
    starts from the seed.

    Raises
    ------
    RunError
        If the file is not a checkpoint.
    """
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        random = state.pop("random")
        torch.set_rng_state(random["cpu"])
        if random["cuda"] and device.type == "cuda":
            torch.cuda.set_rng_state(random["cuda"][0], device)
        return state
    except Exception as error:
        raise RunError(f"{path} is not a checkpoint: {error}") from error
