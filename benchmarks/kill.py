"""Kill -9 at random moments: the end must be the one of a run that was left alone.

A small corpus of noise is turned into features, a CNN is trained on it and scores it,
in a process that is killed again and again, anywhere from its first file on, and taken
up again. When a run is whole, its weights, scores, history and features must be those
of an uninterrupted run to the last byte; after every kill, what has its final name must
be whole.

    python benchmarks/kill.py --kills 20

Last result, two cores: 20 kills (5 in start, 4 in features, 8 in training, 3 in
scoring), all files identical.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from itertools import cycle
from pathlib import Path

FILES = ("model.safetensors", "scores-dev.txt", "scores-eval.txt")
TRIALS = {"train": 24, "dev": 16, "eval": 24}
# Where a run is killed, one after the other, before it may end.
PHASES = ("start", "features", "training", "training", "scoring")
FILES_OF = {
    "features": "store/**/*.npy",
    "training": "runs/**/checkpoint.*",
    "scoring": "runs/**/scores-*.partial",
}
LIMIT = 300  # seconds that one session may take


def session(corpus: Path, folder: Path) -> None:
    """Make or finish the run, with everything so small that there is much to cut."""
    from antispoof.config import TrainConfig
    from antispoof.corpora import open_corpus
    from antispoof.frontends import FRONTENDS, LogMel
    from antispoof.runs import train_or_load

    FRONTENDS["logmel"] = partial(LogMel, n_samples=5_200)
    for name in ("antispoof.frontends.cache", "antispoof.scoring.partition"):
        importlib.import_module(name).BLOCK = 4
    importlib.import_module("antispoof.scoring.partition").BATCH = 4
    train_or_load(
        TrainConfig.for_model("cnn", epochs=8, batch_size=8, schedule="cosine"),
        open_corpus(corpus),
        [0],
        runs=folder / "runs",
        store=folder / "store",
        reference=None,
        save_seconds=0,
    )


def write_corpus(la: Path) -> Path:
    """Noise in the official layout: four speakers a partition, a third bona fide."""
    import numpy as np
    import soundfile

    protocols = la / "ASVspoof2019_LA_cm_protocols"
    protocols.mkdir(parents=True)
    noise = np.random.default_rng(0)
    for partition, n in TRIALS.items():
        flac = la / f"ASVspoof2019_LA_{partition}" / "flac"
        flac.mkdir(parents=True)
        lines = []
        for i in range(n):
            utt_id, speaker = f"{partition}{i}", f"{partition}-S{i % 4}"
            kind = "- - bonafide" if i // 4 % 3 == 0 else "- A01 spoof"
            lines.append(f"{speaker} {utt_id} {kind}\n")
            sound = noise.integers(-3000, 3000, 4000, dtype=np.int16)
            soundfile.write(flac / f"{utt_id}.flac", sound, 16_000)
        ending = "trn" if partition == "train" else "trl"
        name = f"ASVspoof2019.LA.cm.{partition}.{ending}.txt"
        (protocols / name).write_text("".join(lines))
    return la


def content(folder: Path) -> dict[str, bytes]:
    """What must come out the same: files of the run, and arrays of features."""
    (run,) = folder.glob("runs/*/*/*/seed0")
    found = {name: (run / name).read_bytes() for name in FILES}
    rows = (run / "history.csv").read_text().splitlines()
    found["history"] = "\n".join(row.rsplit(",", 1)[0] for row in rows).encode()
    return found | features(folder)


def features(folder: Path) -> dict[str, bytes]:
    """Arrays of features under their final names."""
    arrays = folder.glob("store/*/*/*.npy")
    return {p.name: p.read_bytes() for p in arrays if ".partial" not in p.name}


def wait(child: multiprocessing.Process, folder: Path, phase: str, more: float) -> None:
    """Let a session write a file of a phase, and go on a little; it may end before."""
    began = time.time_ns()
    while phase in FILES_OF and child.is_alive():
        written = [path.stat().st_mtime_ns for path in folder.glob(FILES_OF[phase])]
        if max(written, default=0) > began:
            break
        assert time.time_ns() - began < LIMIT * 10**9, "a session hangs"
        time.sleep(0.002)
    child.join(more)


def survive(kills: int, seed: int, folder: Path) -> Counter:
    """Kill so many times; returns how often in which phase.

    Raises
    ------
    AssertionError
        If anything comes out otherwise than without kills.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["antispoof.runs"])
    corpus, chance = write_corpus(folder / "LA"), random.Random(seed)

    def start(name: str) -> multiprocessing.Process:
        child = processes.Process(target=session, args=(corpus, folder / name))
        child.start()
        return child

    start("warm").join(LIMIT)
    began = time.monotonic()
    start("whole").join(LIMIT)
    lasts = time.monotonic() - began
    expected = content(folder / "whole")
    phases: Counter = Counter()
    coming = cycle(PHASES)
    while True:
        phase, child = next(coming), start("killed")
        # Most phases are short: the moment is near the beginning of one.
        wait(child, folder / "killed", phase, lasts * chance.random() ** 3 / 10)
        if child.is_alive() and phases.total() < kills:
            child.kill()
            child.join()
            phases[phase] += 1
            for name, array in features(folder / "killed").items():
                assert array == expected[name], f"{name} is partial"
            if phase != PHASES[-1]:
                continue
            child = start("killed")
        child.join(LIMIT)
        assert child.exitcode == 0, f"a session ended with {child.exitcode}"
        found = content(folder / "killed")
        for name in expected:
            assert found[name] == expected[name], f"{name} differs"
        if phases.total() >= kills:
            return phases
        shutil.rmtree(folder / "killed")
        coming = cycle(PHASES)


def main() -> None:
    """Read the options, kill, and print where."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="Of the moments.")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            phases = survive(options.kills, seed, Path(folder))
        except AssertionError as error:
            sys.exit(f"not survived: {error}")
    told = ", ".join(f"{n} in {name}" for name, n in phases.items())
    print(f"{phases.total()} kills ({told}); all files are identical")


if __name__ == "__main__":
    main()
