"""Kill a feature build with SIGKILL at random moments; the bytes must not change.

    make kill-features            # 20 kills

Every kill leaves either no array under its final name, or the whole one; and going on
after all of them ends in the very bytes of a build that nobody disturbed. Exits with 1
where it does not. POSIX only.

Last result: see ``results/kill_features.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

from antispoof.frontends import filling, load_features
from benchmarks.simulated import make

TRIALS = {"train": 600, "dev": 2, "eval": 2}
NOTE_SECONDS = 0.02  # as many notes as a build of hours has


def main() -> None:
    """Count kills until there were enough; write and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="JSON file of the result")
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    filling.NOTE_SECONDS = NOTE_SECONDS
    with tempfile.TemporaryDirectory() as folder:
        corpus = make(Path(folder), TRIALS, seconds=0.5)
        started = time.monotonic()
        _in_child(corpus, Path(folder) / "whole")
        seconds = time.monotonic() - started
        expected = _array(Path(folder) / "whole").read_bytes()
        kills = left_whole = gone_on = builds = 0
        store = Path(folder) / "store"
        while kills < asked.kills:
            killed = _in_child(corpus, store, kill_after=draw.uniform(0, seconds))
            kills += killed
            whole = _array(store)
            if whole is not None:
                _require(whole.read_bytes() == expected, "a whole array differs")
                left_whole += killed
                builds += 1
                shutil.rmtree(store)
            else:
                _require(killed, "a build that ended left no array")
                gone_on += _note_is_there(store)
        _in_child(corpus, store)
        _require(_array(store).read_bytes() == expected, "the last array differs")
    result = {
        "kills": kills,
        "builds": builds + 1,
        "seconds_of_a_build": round(seconds, 2),
        "killed_when_whole": left_whole,
        "killed_with_a_note_to_go_on_from": gone_on,
        "bytes_identical": True,
    }
    print(json.dumps(result, indent=1))
    if asked.out:
        asked.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def _in_child(corpus, store: Path, *, kill_after: float | None = None) -> bool:
    """Build in a child; True if it was killed before it was done."""
    child = os.fork()
    if child == 0:
        try:
            load_features(corpus, "train", store=store)
            os._exit(0)
        finally:
            os._exit(1)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    _require(killed or os.WEXITSTATUS(status) == 0, "a build failed")
    return killed


def _array(store: Path) -> Path | None:
    return next(store.glob("*/*/train.npy"), None)


def _note_is_there(store: Path) -> bool:
    return any(store.glob("*/*/train.json"))


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(otherwise)


if __name__ == "__main__":
    main()
