"""Kill a training with SIGKILL at random moments; it must end as if it had not been.

    make test-resume

`antispoof train` runs on a small corpus of noise. It is killed again and again, in turn
right after an epoch and somewhere within one, and started again. The weights, scores
and history of the finished run must equal those of an uninterrupted run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.simulated import make

TRIALS = {"train": 60, "dev": 20, "eval": 20}
EPOCHS = 8
EXACT = ("model.safetensors", "scores-dev.txt", "scores-eval.txt")


def start(corpus: Path, folder: Path) -> subprocess.Popen:
    """Start or resume the training."""
    command = [sys.executable, "-u", "-c", "from antispoof.cli import main; main()"]
    command += ["train", "--model", "cnn", "--corpus", str(corpus)]
    command += ["--epochs", str(EPOCHS), "--batch-size", "8", "--schedule", "cosine"]
    command += ["--runs-dir", str(folder / "runs")]
    command += ["--cache-dir", str(corpus.parent / "features")]
    return subprocess.Popen(
        command,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.PIPE,
        text=True,
    )


def epochs(child: subprocess.Popen):
    """The number of each finished epoch, as soon as its line is printed."""
    for line in child.stdout:
        found = re.search(rf"epoch (\d+)/{EPOCHS} loss", line)
        if found:
            yield int(found[1])


def result(folder: Path) -> dict[str, object]:
    """What must be equal: weights, scores, and the history without its times."""
    (run,) = folder.glob("runs/*/*/*/seed0")
    history = (run / "history.csv").read_text().splitlines()
    return {name: (run / name).read_bytes() for name in EXACT} | {
        "history": [line.rpartition(",")[0] for line in history]
    }


def main() -> None:
    """Train once without kills and once with them; exit 1 if the results differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        corpus = make(Path(folder), TRIALS).root
        uninterrupted, killed = Path(folder, "uninterrupted"), Path(folder, "killed")
        child = start(corpus, uninterrupted)
        began = time.monotonic()
        times = [time.monotonic() - began for _ in epochs(child)]
        if child.wait() != 0:
            sys.exit("the uninterrupted training failed")
        epoch_seconds = (times[-1] - times[0]) / (EPOCHS - 1)
        kills = resumed = 0
        while True:
            child = start(corpus, killed)
            first = next(epochs(child), None)
            resumed += first is not None and first > 1
            if first is None or kills == options.kills:
                break
            time.sleep(rng.uniform(0, epoch_seconds) if kills % 2 else 0)
            child.kill()
            child.wait()
            kills += 1
        child.communicate()
        if child.returncode != 0:
            sys.exit(f"a training ended with status {child.returncode}")
        expected, found = result(uninterrupted), result(killed)
    differing = [name for name in expected if found[name] != expected[name]]
    if differing or not resumed:
        sys.exit(f"differs: {differing}; {resumed} sessions resumed")
    print(f"{kills} kills, {resumed} sessions resumed, all files are equal")


if __name__ == "__main__":
    main()
