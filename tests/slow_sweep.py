"""The sweep of two models and three seeds, profiles/sweep-mini.yaml, killed twice.

    make test-sweep

Works in a copy of the tracked files, so nothing here is changed.

1. Killed twice (-9, with all its children), `make sweep` completes; each of its six
   runs exists once, no training job finished twice, and no temporary file is left.
2. Run again, it does nothing.

Last result, on two cores: killed after 45 and 60 s, six trainings finished once each,
six runs exist, no temporary file is left; again, it did nothing.
"""

import re
import tempfile
from functools import partial
from pathlib import Path

from project_copy import copy_project, make

KILLED_AFTER = (45, 60)  # seconds
FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: train\)")


def main() -> None:
    """Kill the sweep twice and complete it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder)
        sweep = partial(make, folder, "sweep", "SWEEP=profiles/sweep-mini.yaml")
        outputs = [sweep(seconds=seconds)[1] for seconds in KILLED_AFTER]
        status, last = sweep()
        assert status == 0, last
        finished = len(FINISHED.findall("".join([*outputs, last])))
        runs = sorted((folder / "runs").glob("*/*/*/seed[012]/config.json"))
        left = [p.name for p in (folder / "runs").rglob("*") if p.name.endswith(".tmp")]
        status, again = sweep()
        assert status == 0 and "Nothing to be done" in again, again
    print(f"killed twice: {finished} trainings finished, {len(runs)} runs, left {left}")
    assert len(runs) == 6 and finished <= 6 and not left


if __name__ == "__main__":
    main()
