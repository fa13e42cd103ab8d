"""A corpus of the size of LA beside one a tenth as large: memory and time a clip.

    make large                    # hours on two cores, at the thesis's settings
    python -m benchmarks.large --n-samples 3200 --scale 1     # shorter pictures

Each size is a process of its own: features of all partitions, an epoch of the CNN on
train, scores of dev and eval. The claim is that the larger one takes at most 1.15
times as long a clip, and less than 3 GB of memory.

Writes ``results/large.json``. Last result, 121 461 and 12 146 trials of 0.2 s, two
cores: features, epoch and scoring take 1.05, 0.20 and 0.96 times the processor time a
clip (the short epoch is mostly its beginning), and 0.9 GB of memory at most, 0.5 GB a
worker. At the thesis's settings it has not been run at this size.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.constants import PARTITIONS
from antispoof.frontends import FRONTENDS, LogMel, load_features
from antispoof.scoring import score
from antispoof.training import fit, split_holdout
from benchmarks.simulated import LA, make

SCORED = ("dev", "eval")
RESULTS = Path(__file__).parent / "results" / "large.json"


def main() -> None:
    """Measure both sizes, print and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n-samples", type=int, default=LogMel().n_samples)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the size of LA")
    parser.add_argument("--one", type=float, help="measure this scale in this process")
    asked = parser.parse_args()
    if asked.one is not None:
        print(json.dumps(_one(asked.one, asked.n_samples)))
        return
    small, large = (
        _in_process(scale, asked.n_samples) for scale in (asked.scale / 10, asked.scale)
    )
    ratios = {
        clock: {
            stage: round(_a_clip(large, clock, stage) / _a_clip(small, clock, stage), 3)
            for stage in large["clips"]
        }
        for clock in ("seconds", "cpu_seconds")
    }
    result = {
        "n_samples": asked.n_samples,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "small": small,
        "large": large,
        "time_a_clip_large_to_small": ratios,
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def _a_clip(measured: dict, clock: str, stage: str) -> float:
    return measured[clock][stage] / measured["clips"][stage]


def _in_process(scale: float, n_samples: int) -> dict:
    command = [sys.executable, "-m", "benchmarks.large", "--one", str(scale)]
    told = subprocess.run(
        [*command, "--n-samples", str(n_samples)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(told.stdout.splitlines()[-1])


def _one(scale: float, n_samples: int) -> dict:
    FRONTENDS["logmel"] = partial(LogMel, n_samples=n_samples)
    trials = {name: round(n * scale) for name, n in LA.items()}
    seconds: dict[str, float] = {}
    used: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], object]) -> object:
        began, before = time.perf_counter(), sum(os.times()[:4])
        done = work()
        seconds[stage] = round(time.perf_counter() - began, 2)
        used[stage] = round(sum(os.times()[:4]) - before, 2)
        print(stage, seconds[stage], used[stage], file=sys.stderr, flush=True)
        return done

    with tempfile.TemporaryDirectory() as folder:
        seconds_of_clip = n_samples / LogMel().settings["sample_rate"]
        corpus = make(Path(folder), trials, seconds=seconds_of_clip)
        store = Path(folder) / "store"
        built = timed(
            "features",
            lambda: {p: load_features(corpus, p, store=store) for p in PARTITIONS},
        )
        part, holdout = split_holdout(built["train"], 2)
        config = TrainConfig.for_model("cnn", epochs=1)
        fitted = timed("epoch", lambda: fit(config, part, holdout, seed=0, cpu=True))
        timed("scoring", lambda: [score(fitted.model, built[p]) for p in SCORED])
    return {
        "trials": sum(trials.values()),
        "clips": {
            "features": sum(trials.values()),
            "epoch": trials["train"],
            "scoring": sum(trials[p] for p in SCORED),
        },
        "seconds": seconds,
        "cpu_seconds": used,
        "peak_memory_mib": {
            "itself": _peak_mib(resource.RUSAGE_SELF),
            # Most of it is shared with the parent: a sum over workers is a bound.
            "largest_worker": _peak_mib(resource.RUSAGE_CHILDREN),
        },
    }


def _peak_mib(whose: int) -> int:
    return round(resource.getrusage(whose).ru_maxrss / 2**10)


if __name__ == "__main__":
    main()
