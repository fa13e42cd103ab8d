"""The whole thesis at the size of ASVspoof 2019 LA, on made-up features, on one GPU.

Three models, 20 epochs each on 25 380 clips, then scores of 24 844 + 71 237; features
are noise, because the time does not depend on what they hold.

    python benchmarks/thesis_on_gpu.py --precision bf16 [--compile] [--out FILE]
    python benchmarks/thesis_on_gpu.py --smoke      seconds of it, also on a CPU

The table says for each model how long training and scoring took, the share of training
that the bare step on resident data would have taken, the share spent on judging the
held-out clips, and the model-FLOPs utilisation: operations of the convolutions,
products and their gradients (three times the forward pass) a second, as a share of
what the device can do at this precision.

Last result: none, no GPU was at hand; only --smoke has been run. The
target is 10 minutes on an H200-class GPU.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.utils.flop_counter import FlopCounterMode

from antispoof import models
from antispoof.config import TrainConfig
from antispoof.data import Batches
from antispoof.frontends import FeatureSet
from antispoof.scoring import best_device, logits
from antispoof.training import fit
from antispoof.training.step import TrainStep

DISTINCT = 2048  # made-up clips; more trials than that share them
STEPS = 30  # of the bare step that is timed
# Dense operations a second, of the makers' data sheets; fp32 is TF32 where there is.
PEAK = {
    "H200": {"bf16": 989e12, "fp16": 989e12, "fp32": 494e12},
    "H100": {"bf16": 989e12, "fp16": 989e12, "fp32": 494e12},
    "A100": {"bf16": 312e12, "fp16": 312e12, "fp32": 156e12},
    "L4": {"bf16": 121e12, "fp16": 121e12, "fp32": 60e12},
    "T4": {"fp16": 65e12, "fp32": 8.1e12},
    "P100": {"fp16": 18.7e12, "fp32": 9.3e12},
}


@dataclass(frozen=True)
class Size:
    """How much is trained and scored."""

    train: int = 25_380
    holdout: int = 2_538
    dev: int = 24_844
    eval: int = 71_237
    epochs: int = 20
    frames: int = 401
    batch_size: int = 64


SMOKE = Size(train=12, holdout=10, dev=10, eval=20, epochs=1, frames=33, batch_size=8)


def made_up(n: int, frames: int) -> FeatureSet:
    """Noise as features of `n` trials of train, one in ten bona fide."""
    noise = np.random.default_rng(0)
    shape = (min(n, DISTINCT), 1, 64, frames)
    array = noise.standard_normal(shape, np.float32).astype(np.float16)
    labels = np.where(np.arange(n) % 10 == 0, "bonafide", "spoof")
    trials = pd.DataFrame(
        {
            "utt_id": [f"clip{i}" for i in range(n)],
            "attack": np.where(labels == "bonafide", "-", "A01"),
            "label": labels,
            "partition": "train",
        }
    )
    return FeatureSet(trials, array, np.arange(n) % len(array))


def flops(model: str, frames: int) -> int:
    """Operations of one clip's forward pass; a multiplication and addition are two."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        models.build(model).eval()(torch.zeros(1, 1, 64, frames))
    return counter.get_total_flops()


def bare_step(config: TrainConfig, part: FeatureSet, *, compiled: bool) -> float:
    """Seconds of a training step on a batch that lies on the device."""
    learner = TrainStep(config, part, seed=0, cpu=False, compiled=compiled)
    learner.model.train()
    batch = np.arange(config.batch_size) % len(part)
    (x,) = Batches(part, learner.device).stream([batch])
    warm_up, n = (3, STEPS) if learner.device.type == "cuda" else (1, 1)
    for _ in range(warm_up):  # the first steps choose algorithms, or compile
        learner.step(x, batch)
    _finish(learner.device)
    started = time.perf_counter()
    for _ in range(n):
        learner.step(x, batch)
    _finish(learner.device)
    return (time.perf_counter() - started) / n


def measure(config: TrainConfig, size: Size, *, compiled: bool) -> dict[str, object]:
    """One row of the table."""
    part, holdout = (made_up(n, size.frames) for n in (size.train, size.holdout))
    device = best_device()
    step = bare_step(config, part, compiled=compiled)
    _reset_memory(device)
    started = time.perf_counter()
    result = fit(config, part, holdout, seed=0, compiled=compiled)
    training = time.perf_counter() - started
    memory = torch.cuda.max_memory_allocated() if device.type == "cuda" else 0
    scored = [made_up(n, size.frames) for n in (size.dev, size.eval)]
    logits(result.model, holdout, device=device)  # chooses algorithms
    started = time.perf_counter()
    logits(result.model, holdout, device=device)
    judging = (time.perf_counter() - started) * size.epochs
    started = time.perf_counter()
    for features in scored:
        logits(result.model, features, device=device)
    scoring = time.perf_counter() - started
    n_steps = -(-size.train // config.batch_size) * size.epochs
    done = 3 * flops(config.model, size.frames) * size.train * size.epochs
    peak = next((p for n, p in PEAK.items() if n in device_name(device)), {})
    able = peak.get(config.precision)
    return {
        "model": models.TITLES[config.model],
        "training s": training,
        "scoring s": scoring,
        "clips/s trained": size.train * size.epochs / training,
        "clips/s scored": (size.dev + size.eval) / scoring,
        "share of bare step": step * n_steps / (training - judging),
        "share of judging": judging / training,
        "TFLOP/s": done / (training - judging) / 1e12,
        "utilisation": done / (training - judging) / able if able else float("nan"),
        "peak GiB": memory / 2**30,
    }


def device_name(device: torch.device) -> str:
    """What the device is called."""
    return torch.cuda.get_device_name() if device.type == "cuda" else device.type


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def _reset_memory(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()


def main(arguments: list[str] | None = None) -> None:
    """Read the options, measure, print the table and write it if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--precision", default="fp32", choices=("fp32", "bf16", "fp16"))
    parser.add_argument("--compile", action="store_true", dest="compiled")
    parser.add_argument("--smoke", action="store_true", help="Next to nothing of all.")
    parser.add_argument("--out", type=Path, help="CSV file of the table.")
    options = parser.parse_args(arguments)
    size = SMOKE if options.smoke else Size()
    rows = []
    for model in models.MODELS:
        config = TrainConfig.for_model(
            model,
            precision=options.precision,
            epochs=size.epochs,
            batch_size=size.batch_size,
        )
        rows.append(measure(config, size, compiled=options.compiled))
        print(f"{rows[-1]['model']}: {rows[-1]['training s']:.1f} s", flush=True)
    table = pd.DataFrame(rows)
    total = (table["training s"] + table["scoring s"]).sum()
    print(
        f"{device_name(best_device())}, torch {torch.__version__}, {options.precision}"
    )
    print(table.round(3).to_string(index=False))
    print(f"in all {total / 60:.1f} minutes")
    if options.out:
        table.assign(device=device_name(best_device())).to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
