"""What a model costs: a training step and scoring on data in memory.

Each model is measured in its own process, so that its memory use can be measured.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from antispoof import frontends, models
from antispoof.config import TrainConfig

BATCH = 8
STEPS = 2


def measure() -> list[dict]:
    """One row per model, see `_one`."""
    rows = []
    for name, entry in models.MODELS.items():
        if entry.info["frontend"]:  # a probe costs nothing beside its front-end
            continue
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.models", name],
            check=True,
            capture_output=True,
            text=True,
        )
        rows.append(json.loads(done.stdout))
    return rows


def _one(name: str) -> dict:
    """Speed by the wall clock and by processor time, and memory that the work adds.

    ``train`` and ``score`` -> ``clips_per_second``, ``cpu_ms`` per clip and
    ``memory_mib`` (peak), in batches of ``batch``, float32, on the CPU.
    """
    config = TrainConfig.for_model(name)
    model = models.build(name).to(memory_format=torch.channels_last)
    clips = torch.randn(BATCH, *frontends.build(config.frontend).shape)
    clips = clips.contiguous(memory_format=torch.channels_last)
    labels = torch.arange(BATCH) % 2
    optimizer = torch.optim.Adam(model.parameters(), lr=config.lr)

    def score() -> None:
        with torch.inference_mode():
            model(clips)

    def step() -> None:
        nn.functional.cross_entropy(model(clips), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    model.eval()
    scored = _timed(score)
    model.train()
    trained = _timed(step)
    return {"name": name, "batch": BATCH, "score": scored, "train": trained}


def _timed(work: Callable[[], None]) -> dict:
    before = _peak_mib()
    work()  # the first call also allocates
    start, used = time.perf_counter(), time.process_time()
    for _ in range(STEPS):
        work()
    n = STEPS * BATCH
    return {
        "clips_per_second": n / (time.perf_counter() - start),
        "cpu_ms": 1e3 * (time.process_time() - used) / n,
        "memory_mib": _peak_mib() - before,
    }


def _peak_mib() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # `ru_maxrss` of Linux begins at the peak of the parent
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    print(json.dumps(_one(sys.argv[1])))
