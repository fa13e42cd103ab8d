"""What the training step costs on this CPU, and what the pipeline adds to it.

    python benchmarks/training_step.py [--model cnn] [--rounds 3]

First, the default config's step against plain float32 eager: the same model in
torch's default layout, in a process without the two settings of the Makefile (huge
pages, waiting threads that sleep). Processes alternate; what is compared is processor
time a step on one thread, which other programs disturb less than the clock. Then, in
one process, steps fed by the pipeline against steps on a batch that is there,
alternating; a share of 1 is the limit.

Last result, CNN, two-core AMD processor with AVX2 and without AVX-512: plain / ours
2.02/0.93, 1.98/0.89 and 2.31/0.86 s, 2.21x; fed by the pipeline 1.075 of the speed of
steps on a batch that is there by processor time, 1.012 by the clock. With huge pages on
both sides an earlier run had 1.51x: channels last 1.35x, pooling before ReLU 1.12x.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SETTINGS = {"OMP_WAIT_POLICY": "PASSIVE", "THP_MEM_ALLOC_ENABLE": "1"}
STEPS = 4  # timed together


def plain_step(model: str) -> Callable[[], None]:
    """A step as one would first write it."""
    import torch

    from antispoof import models

    net = models.build(model).train()
    optimizer = torch.optim.Adam(net.parameters())
    criterion = torch.nn.CrossEntropyLoss()
    x, y = torch.randn(64, 1, 64, 401), torch.arange(64) % 2

    def step() -> None:
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        loss.item()

    return step


def our_steps(model: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """Several steps of the default config: fed by the pipeline, or on one batch.

    The features are memory-mapped, as those of a store are.
    """
    import numpy as np
    import pandas as pd

    from antispoof.config import TrainConfig
    from antispoof.data import Batches
    from antispoof.frontends import FeatureSet
    from antispoof.training.step import TrainStep

    n = STEPS * 64
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "features.npy"
        noise = np.random.default_rng(0).standard_normal((n, 1, 64, 401), np.float32)
        np.save(file, noise.astype(np.float16))
        array = np.load(file, mmap_mode="r")  # stays readable when its name is gone
    labels = np.where(np.arange(n) % 10 == 0, "bonafide", "spoof")
    part = FeatureSet(pd.DataFrame({"label": labels}), array, np.arange(n))
    learner = TrainStep(
        TrainConfig.for_model(model), part, seed=0, cpu=True, compiled=False
    )
    learner.model.train()
    order = np.random.default_rng(0).permutation(n).reshape(-1, 64)
    batches = Batches(part, learner.device)
    (there,) = batches.stream([order[0]])

    def fed() -> None:
        for batch, x in zip(order, batches.stream(order), strict=True):
            learner.step(x, batch).item()

    def resident() -> None:
        for batch in order:
            learner.step(there, batch).item()

    return fed, resident


def seconds(call: Callable[[], None], clock: Callable[[], float]) -> float:
    """Of a call by a clock."""
    started = clock()
    call()
    return clock() - started


def timed_alone(kind: str, model: str) -> float:
    """Processor seconds of a step in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    if kind == "ours":
        environment |= SETTINGS
    done = subprocess.run(
        [sys.executable, __file__, "--model", model, "--time", kind],
        env=environment | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    """Read the options, time, and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="cnn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--time", choices=("plain", "ours"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.time == "plain":
        step = plain_step(options.model)
        times = [seconds(step, time.process_time) for _ in range(1 + STEPS)]
        print(statistics.median(times[1:]))
        return
    if options.time == "ours":
        fed, _ = our_steps(options.model)
        times = [seconds(fed, time.process_time) / STEPS for _ in range(2)]
        print(min(times))
        return
    rounds = range(options.rounds)
    pairs = [
        [timed_alone(kind, options.model) for kind in ("plain", "ours")] for _ in rounds
    ]
    ratio = statistics.median(plain / ours for plain, ours in pairs)
    print(f"{options.model}: plain / ours, processor seconds a step:", end=" ")
    print(", ".join(f"{plain:.2f}/{ours:.2f}" for plain, ours in pairs), end=" ")
    print(f"-> {ratio:.2f}x")
    fed, resident = our_steps(options.model)
    fed()
    for clock in (time.process_time, time.perf_counter):
        both = [(seconds(resident, clock), seconds(fed, clock)) for _ in rounds]
        share = statistics.median(r / f for r, f in both)
        print(f"{options.model}: resident / fed steps, {clock.__name__}: {share:.3f}")


if __name__ == "__main__":
    main()
