"""A sweep of two models and three seeds, killed twice, and how it scales.

    make test-sweep             everything
    python tests/slow_sweep.py --part killed|refused|workers

Works in a copy of the tracked files, so nothing here is touched. It holds that

1. killed twice (-9, with all its children), the sweep completes; each of its six runs
   exists once, each training job finished once, and no temporary file is left;
2. run again, it does nothing, in at most 10 seconds;
3. an unknown parameter fails in at most 5 seconds: given to papermill, to the batch
   command, and in a sweep file;
4. with single-threaded jobs, two local workers are at least 1.6 times as fast as one.

The times hold on a machine that does nothing else.

Last result, on two cores: killed twice, six trainings finished once each, six runs
exist, no temporary file is left; again, it did nothing in 7.2 s; refused in 2.6 s
(papermill), 0.6 s (the batch command) and 4.1 s (a sweep file). Two workers were 1.86
times one (76 s and 142 s).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SWEEP = {
    "models": ["cnn", "resnet"],
    "seeds": [0, 1, 2],
    "settings": {
        "cnn": {"epochs": 1, "batch_size": 16},
        "resnet": {"epochs": 1, "batch_size": 16},
    },
}
FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: train\)")
IDLE, REFUSED, GAIN = 10, 5, 1.6  # seconds, seconds, times


def copy(folder: Path) -> Path:
    """The tracked files in a folder of their own."""
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)
    for name in names.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    (folder / "profiles/sweep-test.yaml").write_text(yaml.safe_dump(SWEEP))
    return folder


def command(folder: Path, *words: str, cores: int = 2) -> list[str]:
    """What ``make sweep`` runs."""
    return [
        *(sys.executable, "-m", "snakemake", "-s", "sweep.smk"),
        *("--configfile", "profiles/sweep-test.yaml", "--cores", str(cores)),
        *("--resources", "gpu=0", "--keep-going", "--retries", "1"),
        *("--ignore-incomplete", "--rerun-triggers", "params", "--nolock", *words),
    ]


def environment(folder: Path) -> dict[str, str]:
    """This environment, with the copy's library."""
    return os.environ | {"PYTHONPATH": str(folder / "lib")}


def sweep(folder: Path, *words: str, cores: int = 2, kill_after: int | None = None):
    """Run the sweep, or kill it once so many trainings are done; output, seconds."""
    began, lines = time.monotonic(), []
    with subprocess.Popen(
        command(folder, *words, cores=cores),
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        for line in process.stdout:
            lines.append(line)
            done = sum(bool(FINISHED.search(one)) for one in lines)
            if kill_after is not None and done >= kill_after:
                os.killpg(process.pid, signal.SIGKILL)
                break
        process.wait()
    return "".join(lines), time.monotonic() - began, process.returncode


def killed(folder: Path) -> list[str]:
    """Contracts 1 and 2."""
    outputs = [sweep(folder, kill_after=after)[0] for after in (1, 2)]
    last, _, status = sweep(folder)
    outputs.append(last)
    finished = sum(len(FINISHED.findall(output)) for output in outputs)
    made = sorted(
        path.parent.relative_to(folder / "runs").as_posix()
        for path in (folder / "runs").glob("*/*/*/*/config.json")
    )
    left = [p.name for p in (folder / "runs").rglob("*") if p.name.endswith(".tmp")]
    again, seconds, idle = sweep(folder)
    print(f"killed twice: {finished} trainings finished, {len(made)} runs, left {left}")
    print(f"a finished sweep again: {seconds:.1f} s")
    checks = {
        "the sweep did not complete": status == 0 and idle == 0,
        "a run is missing or duplicate": len(made) == 6
        and all(re.search(r"/seed[012]$", name) for name in made),
        "a job finished more than once": finished == 6,
        "a temporary file is left": not left,
        "a finished sweep did something": "Nothing to be done" in again,
        f"a finished sweep took more than {IDLE} s": seconds <= IDLE,
    }
    return [sentence for sentence, holds in checks.items() if not holds]


def refused(folder: Path) -> list[str]:
    """Contract 3."""
    bad = folder / "profiles/sweep-test.yaml"
    good = bad.read_text()
    bad.write_text(yaml.safe_dump(SWEEP | {"unknown": 1}))
    notebook = "notebooks/03_cnn.ipynb"
    papermill = Path(sys.executable).with_name("papermill")
    chapters = [sys.executable, "-m", "antispoof_report.notebooks", "run"]
    commands = {
        "papermill": [papermill, notebook, "o.ipynb", "-p", "unknown", "1"],
        "the batch command": [*chapters, notebook, "o.ipynb", "-p", "unknown", "1"],
        "a sweep": command(folder),
    }
    problems = []
    for name, words in commands.items():
        began = time.monotonic()
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        print(f"an unknown parameter, given to {name}: refused in {seconds:.1f} s")
        if (
            not done.returncode
            or "no parameter 'unknown'" not in done.stderr + done.stdout
        ):
            problems.append(f"{name} did not refuse it")
        if seconds > REFUSED:
            problems.append(f"{name} took more than {REFUSED} s")
    bad.write_text(good)
    return problems


def workers(folder: Path) -> list[str]:
    """Contract 4."""
    targets = [
        f"_build/sweep/sweep-test/synthetic/logmel/cnn-seed{seed}.ipynb"
        for seed in SWEEP["seeds"] + [3]
    ]
    file = folder / "profiles/sweep-test.yaml"
    settings = {"cnn": {"epochs": 12, "batch_size": 16}}
    changed = SWEEP | {"models": ["cnn"], "seeds": [0, 1, 2, 3], "settings": settings}
    file.write_text(yaml.safe_dump(changed))
    sweep(folder, "--until", "prepare")
    took = {}
    for cores in (1, 2):
        for made in ("runs", "_build/sweep/sweep-test/synthetic/logmel"):
            for path in (folder / made).glob("*" if made == "runs" else "*.ipynb"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        _, took[cores], status = sweep(folder, *targets, cores=cores)
        if status:
            return [f"the sweep with {cores} workers failed"]
    gain = took[1] / took[2]
    print(f"one worker {took[1]:.0f} s, two {took[2]:.0f} s: {gain:.2f} times")
    return [] if gain >= GAIN else [f"two workers are {gain:.2f} times one"]


def main() -> int:
    """Run the parts asked for; 0 if all hold."""
    parts = {"refused": refused, "killed": killed, "workers": workers}
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=parts, action="append")
    given = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as top:
        folder = copy(Path(top))
        for name in given.part or parts:
            problems += parts[name](folder)
    print("\n".join(problems) or "all hold")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
