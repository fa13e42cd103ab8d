"""Two processes that train together and write down what each ended with.

A program of its own, because processes are forked: test_processes.py starts it.
"""

import json
import os
import sys
from functools import partial
from pathlib import Path

import torch

from antispoof.config import TrainConfig
from antispoof.training import fit, here, launch
from conftest import features_of_noise

RECIPE = TrainConfig.for_model(
    "cnn", lr=1e-4, epochs=2, batch_size=9, class_weights="balanced", grad_clip_norm=1.0
)


def train(folder: Path) -> dict:
    """Fit 28 clips in batches of 9 and 1: of the last, one process has nothing."""
    ours = folder / f"checkpoint-{os.environ.get('LOCAL_RANK', 0)}.pt"
    common = folder / "checkpoint.pt"
    result = fit(
        RECIPE,
        features_of_noise(28),
        features_of_noise(12, seed=1),
        seed=0,
        checkpoint=common if common.exists() else ours,
        save_seconds=0,
    )
    state = result.model.state_dict().items()
    return {
        "history": result.history.drop(columns="seconds").to_dict("list"),
        "weights": {name: value.double().norm().item() for name, value in state},
        "drawn": torch.rand(1).item(),
    }


def write(folder: Path) -> None:
    """Train, and write what this process has."""
    told = train(folder)
    processes = here()
    name = f"process-{processes.rank + 1}-of-{processes.n}.json"
    (folder / name).write_text(json.dumps(told))


if __name__ == "__main__":
    launch(partial(write, Path(sys.argv[1])), 2)
