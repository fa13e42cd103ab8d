"""Time and memory at the size of ASVspoof 2019 LA, compared with a tenth of it.

    make bench-scale                                          # hours on two cores
    python -m benchmarks.scale --n-samples 3200               # shorter clips: minutes

Each size is measured in its own process: features of all partitions, one epoch of the
CNN on train, scores of dev and eval. The larger size should take at most 1.15 times as
long per clip, and less than 3 GB of memory.

Writes ``results/scale.json``. Last result, 121 461 and 12 146 trials of 0.2 s, two
cores, when features were computed by forked processes: features, epoch and scoring take
1.05, 0.20 and 0.96 times the processor time per clip (the short epoch is mostly its
start), and 0.9 GB of memory at most. The full clip length has not been run.
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
from pathlib import Path

from antispoof.config import TrainConfig
from antispoof.constants import PARTITIONS, SAMPLE_RATE
from antispoof.frontends import LogMel, load_features, register_frontend
from antispoof.scoring.partition import score_partition
from antispoof.training import fit, split_validation
from benchmarks.simulated import LA, make

RESULTS = Path(__file__).parent / "results" / "scale.json"


def main() -> None:
    """Measure both sizes, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n-samples", type=int, default=LogMel().n_samples)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the size of LA")
    parser.add_argument("--one", action="store_true", help="in this process, one size")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_measure(options.scale, options.n_samples)))
        return
    small, large = (
        _in_process(scale, options.n_samples)
        for scale in (options.scale / 10, options.scale)
    )
    result = {
        "n_samples": options.n_samples,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "small": small,
        "large": large,
        "time_a_clip_large_to_small": {
            clock: {
                stage: round(
                    (large[clock][stage] / large["clips"][stage])
                    / (small[clock][stage] / small["clips"][stage]),
                    3,
                )
                for stage in large["clips"]
            }
            for clock in ("seconds", "cpu_seconds")
        },
    }
    text = json.dumps(result, indent=1)
    RESULTS.write_text(text + "\n", "utf-8")
    print(text)


def _in_process(scale: float, n_samples: int) -> dict:
    command = [sys.executable, "-m", "benchmarks.scale", "--one"]
    command += ["--scale", str(scale), "--n-samples", str(n_samples)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _measure(scale: float, n_samples: int) -> dict:
    register_frontend("logmel-short", title="log-mel")(
        lambda: LogMel(n_samples=n_samples)
    )
    trials = {name: round(n * scale) for name, n in LA.items()}
    seconds, cpu_seconds = {}, {}
    clock = (time.perf_counter(), sum(os.times()[:4]))

    def end(stage: str) -> None:
        nonlocal clock
        now = (time.perf_counter(), sum(os.times()[:4]))
        seconds[stage], cpu_seconds[stage] = (
            round(after - before, 2) for after, before in zip(now, clock, strict=True)
        )
        print(stage, seconds[stage], file=sys.stderr, flush=True)
        clock = (time.perf_counter(), sum(os.times()[:4]))

    with tempfile.TemporaryDirectory() as folder:
        corpus = make(Path(folder), trials, seconds=n_samples / SAMPLE_RATE)
        end("corpus")
        features = {
            name: load_features(
                corpus,
                name,
                frontend="logmel-short",
                cache_dir=Path(folder) / "features",
            )
            for name in PARTITIONS
        }
        end("features")
        config = TrainConfig.for_model("cnn", epochs=1, frontend="logmel-short")
        model = fit(
            config, *split_validation(features["train"], 2), seed=0, cpu=True
        ).model
        end("epoch")
        for name in ("dev", "eval"):
            score_partition(model, features[name])
        end("scoring")
    del seconds["corpus"], cpu_seconds["corpus"]
    return {
        "trials": sum(trials.values()),
        "clips": {
            "features": sum(trials.values()),
            "epoch": trials["train"],
            "scoring": trials["dev"] + trials["eval"],
        },
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_memory_mib": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
        ),
    }


if __name__ == "__main__":
    main()
