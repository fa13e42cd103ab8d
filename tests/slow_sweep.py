"""A sweep of two models and three seeds, killed twice.

    make test-sweep

Works in a copy of the tracked files, so nothing here is changed.

1. Killed twice (-9, with all its children), the sweep completes; each of its six runs
   exists once, each training job finished once, and no temporary file is left.
2. Run again, it does nothing.

Last result, on two cores: killed twice, six trainings finished once each, six runs
exist, no temporary file is left; again, it did nothing.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from project_copy import copy_project

SETTINGS = {"epochs": 1, "batch_size": 16}
SWEEP = {"models": ["cnn", "resnet"], "seeds": [0, 1, 2]}
SWEEP["settings"] = dict.fromkeys(SWEEP["models"], SETTINGS)
COMMAND = (
    *(sys.executable, "-m", "snakemake", "-s", "sweep.smk", "--cores", "2"),
    *("--configfile", "profiles/sweep-test.yaml", "--resources", "gpu=0"),
    *("--keep-going", "--retries", "1", "--ignore-incomplete", "--nolock"),
    *("--rerun-triggers", "params"),
)
FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: train\)")


def sweep(folder: Path, *, kill_after: int | None = None) -> tuple[str, int]:
    """Run the sweep, or kill it after so many trainings; its output and exit status."""
    lines = []
    environment = os.environ | {"PYTHONPATH": str(folder / "lib")}
    options = {"cwd": folder, "env": environment, "start_new_session": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(COMMAND, **options, **pipes) as process:
        for line in process.stdout:
            lines.append(line)
            if len(FINISHED.findall("".join(lines))) == kill_after:
                os.killpg(process.pid, signal.SIGKILL)
                break
    return "".join(lines), process.returncode


def main() -> int:
    """Kill the sweep twice and complete it; 0 if all holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder)
        (folder / "profiles/sweep-test.yaml").write_text(yaml.safe_dump(SWEEP))
        outputs = [sweep(folder, kill_after=after)[0] for after in (1, 2)]
        last, status = sweep(folder)
        finished = len(FINISHED.findall("".join([*outputs, last])))
        runs = sorted((folder / "runs").glob("*/*/*/seed[012]/config.json"))
        left = [p.name for p in (folder / "runs").rglob("*") if p.name.endswith(".tmp")]
        again, idle = sweep(folder)
    print(f"killed twice: {finished} trainings finished, {len(runs)} runs, left {left}")
    checks = {
        "the sweep did not complete": status == idle == 0,
        "a run is missing or duplicate": len(runs) == 6,
        "a job finished more than once": finished == 6,
        "a temporary file is left": not left,
        "a finished sweep did something": "Nothing to be done" in again,
    }
    problems = [sentence for sentence, holds in checks.items() if not holds]
    print("\n".join(problems) or "all hold")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
