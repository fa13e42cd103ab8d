"""Every chapter as on Kaggle and on Colab: their folders, their packages, no internet.

    make platforms
    python tests/slow_platforms.py --platform kaggle --chapter 03_cnn

Needs root on Linux (for namespaces) and the two interpreters. For each platform an
environment is built with what the platform brings (``tests/platforms/*.txt``). Then
each chapter gets a session of its own: fresh folders, a network namespace with nothing
but the loopback in it, the clean notebook, the wheels of ``make wheelhouse`` attached
(Kaggle) or beside the notebook (Colab), and is run from top to bottom by papermill with
``profiles/smoke.yaml``. It holds that

1. every chapter runs, with zero edits, in at most 120 seconds;
2. the platform's torch has the version and the place that it had before;
3. the first cell says the platform.

Last result, on two cores; where it says so other programs used them, too. Kaggle
(Python 3.11, torch 2.6.0 kept): 00 35.1 s, 01 40.6 s, 02 34.8 s, 03 53.6 s, 04 86.1 s,
05 66.4 s, 06 72.8 s, 07 101.4 s, 08 40.1 s, 09 8.8 s. Colab (Python 3.12, torch 2.8.0
kept): 04 63.8 s, 07 95.4 s; on busy cores 00 74.9 s, 01 52.0 s, 02 57.4 s, 03 65.0 s,
05 113.4 s, 06 108.1 s, 08 37.5 s, 09 12.2 s. All passed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHEELS = ROOT / "_build" / "wheelhouse"
ENVIRONMENTS = ROOT / "_build" / "platforms"
LIMIT = 120  # seconds a chapter
OURS = ("antispoof", "miniaudio", "av")
PLATFORMS = {
    "kaggle": {
        "python": "3.11",
        "root": "kaggle",
        "home": "kaggle/working",
        "wheels": "kaggle/input/antispoof-wheels",
        "environment": {"KAGGLE_KERNEL_RUN_TYPE": "Batch"},
        "says": "on Kaggle",
    },
    "colab": {
        "python": "3.12",
        "root": "content",
        "home": "content",
        "wheels": "content",
        "environment": {"COLAB_RELEASE_TAG": "release"},
        "says": "on Colab",
    },
}
TORCH = "import torch, json; print(json.dumps([torch.__version__, torch.__file__]))"


def environment(name: str, python: str) -> Path:
    """The interpreter of a platform's environment, built if it is not there."""
    folder = ENVIRONMENTS / name
    interpreter = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.exists():
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        wanted = ROOT / "tests" / "platforms" / f"{name}.txt"
        subprocess.run(
            [interpreter, "-m", "pip", "install", "--quiet", "-r", wanted], check=True
        )
        ready.touch()
    return interpreter


def session(name: str, interpreter: Path, notebook: Path) -> dict:
    """Run one chapter in a session of its own; what came of it."""
    about = PLATFORMS[name]
    subprocess.run(
        [interpreter, "-m", "pip", "uninstall", "--quiet", "--yes", *OURS],
        env=clean_environment(interpreter),
        check=True,
        stderr=subprocess.DEVNULL,
    )
    before = torch_of(interpreter)
    with tempfile.TemporaryDirectory() as disk:
        home, wheels = Path(disk, about["home"]), Path(disk, about["wheels"])
        for folder in (home, wheels):
            folder.mkdir(parents=True, exist_ok=True)
        for wheel in WHEELS.glob("*.whl"):
            shutil.copy(wheel, wheels)
        shutil.copy(notebook, home)
        shutil.copy(ROOT / "profiles" / "smoke.yaml", home)
        began, worked = time.monotonic(), processor_seconds()
        done = subprocess.run(
            isolated(disk, about, interpreter, notebook.name),
            env=clean_environment(interpreter) | about["environment"],
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        worked = processor_seconds() - worked
        out = home / "out.ipynb"
        first = first_line(out) if out.exists() else ""
    problems = []
    if done.returncode:
        problems.append("\n".join((done.stdout + done.stderr).splitlines()[-15:]))
    if about["says"] not in first:
        problems.append(f"the first cell says {first!r}")
    if torch_of(interpreter) != before:
        problems.append("torch is another than before")
    if seconds > LIMIT:
        problems.append(f"took more than {LIMIT} s")
    return {
        "seconds": round(seconds, 1),
        "worked": round(worked),
        "first": first,
        "problems": problems,
    }


def processor_seconds() -> float:
    """Of all children so far: far below cores x clock, others had the machine."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def isolated(disk: str, about: dict, interpreter: Path, notebook: str) -> list[str]:
    """papermill, in namespaces where the disk is the platform's and no net is."""
    top = about["root"]
    papermill = interpreter.with_name("papermill")
    script = (
        "set -e; ip link set lo up; "
        f"mount --bind {disk}/{top} /{top}; cd /{about['home']}; "
        "if curl -s -m 3 https://pypi.org >/dev/null; then exit 9; fi; "
        f"exec {papermill} {notebook} out.ipynb -f smoke.yaml --no-progress-bar"
    )
    return ["unshare", "--net", "--mount", "--", "bash", "-c", script]


def clean_environment(interpreter: Path) -> dict[str, str]:
    """Nothing of this shell but what a program needs."""
    path = f"{interpreter.parent}:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    kept = {k: os.environ[k] for k in ("LANG", "TZ") if k in os.environ}
    waiting = {"OMP_WAIT_POLICY": "PASSIVE", "THP_MEM_ALLOC_ENABLE": "1"}
    return {"PATH": path, "HOME": tempfile.gettempdir()} | kept | waiting


def torch_of(interpreter: Path) -> list[str]:
    """Version and place of the environment's torch."""
    env = clean_environment(interpreter)
    told = subprocess.check_output([interpreter, "-c", TORCH], env=env, text=True)
    return json.loads(told)


def first_line(notebook: Path) -> str:
    """What the first code cell printed last."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    outputs = next(c["outputs"] for c in cells if c["cell_type"] == "code")
    lines = "".join("".join(o.get("text", "")) for o in outputs).splitlines()
    return lines[-1] if lines else ""


def main() -> int:
    """Run what was asked for; 0 if every chapter passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--platform", choices=PLATFORMS, action="append")
    parser.add_argument("--chapter", action="append")
    parser.add_argument("--python", help="an environment to use as the platform's")
    given = parser.parse_args()
    if os.geteuid():
        sys.exit("namespaces need root")
    failed = 0
    for name in given.platform or PLATFORMS:
        about = PLATFORMS[name]
        interpreter = Path(
            given.python or environment(name, f"python{about['python']}")
        )
        mounted = Path("/", about["root"])
        made = not mounted.exists()
        mounted.mkdir(exist_ok=True)
        try:
            for notebook in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
                if given.chapter and notebook.stem not in given.chapter:
                    continue
                told = session(name, interpreter, notebook)
                failed += bool(told["problems"])
                verdict = "; ".join(told["problems"]) or "passed"
                took = f"{told['seconds']} s ({told['worked']} s of processor)"
                print(f"{name} {notebook.stem}: {took}, {verdict}")
                print(f"    {told['first']}", flush=True)
        finally:
            if made:
                mounted.rmdir()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
