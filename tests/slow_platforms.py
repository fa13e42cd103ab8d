"""Every chapter as on Kaggle and on Colab: their folders, their packages, no internet.

    make platforms
    python tests/slow_platforms.py --platform kaggle --chapter 03_cnn

Needs root on Linux (for namespaces) and the two interpreters. For each platform an
environment is built with what the platform brings (``tests/platforms/*.txt``). Then
each chapter gets a session of its own: fresh folders, a network namespace with nothing
but the loopback, the clean notebook, the wheels of ``make wheelhouse`` attached
(Kaggle) or next to the notebook (Colab), and is run from top to bottom by papermill
with ``profiles/smoke.yaml``. It checks that

1. every chapter runs, with zero edits, in at most 120 seconds;
2. the platform's torch has the version and the path that it had before;
3. the first cell names the platform.

Last result, on two cores: all 26 passed. Kaggle (Python 3.11, torch 2.6.0 kept): 9 to
90 s a chapter; Colab (Python 3.12, torch 2.8.0 kept): 13 to 96 s; the longest is 07.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WHEELS = ROOT / "_build" / "wheelhouse"
ENVIRONMENTS = ROOT / "_build" / "platforms"
LIMIT = 120  # seconds a chapter
OURS = ("antispoof", "miniaudio", "av")


class Platform(NamedTuple):
    """What a platform has; paths are relative to /."""

    python: str
    top: str  # the folder at / that is the platform's own
    home: str
    wheels: str
    variable: str  # in the environment, by which the library knows the platform
    first_cell: str  # what the first cell prints


KAGGLE = ("3.11", "kaggle", "kaggle/working", "kaggle/input/antispoof-wheels")
COLAB = ("3.12", "content", "content", "content")
PLATFORMS = {
    "kaggle": Platform(*KAGGLE, "KAGGLE_KERNEL_RUN_TYPE", "on Kaggle"),
    "colab": Platform(*COLAB, "COLAB_RELEASE_TAG", "on Colab"),
}
TORCH = "import torch; print(torch.__version__, torch.__file__)"


def environment(name: str, python: str) -> Path:
    """The interpreter of a platform's environment, built if it is not there."""
    folder = ENVIRONMENTS / name
    interpreter = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        wanted = ROOT / "tests" / "platforms" / f"{name}.txt"
        install = [interpreter, "-m", "pip", "install", "--quiet", "-r", wanted]
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        subprocess.run(install, check=True)
        (folder / ".ready").touch()
    return interpreter


def session(platform: Platform, interpreter: Path, notebook: Path) -> list[str]:
    """Run one chapter in a session of its own; what went wrong."""
    # Nothing of this shell but what a program needs.
    path = f"{interpreter.parent}:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    clean = {"PATH": path, "HOME": tempfile.gettempdir(), "OMP_WAIT_POLICY": "PASSIVE"}
    clean |= {k: os.environ[k] for k in ("LANG", "TZ") if k in os.environ}
    # A session begins now, however long this machine has been running.
    clean["ANTISPOOF_DEADLINE"] = str(time.time() + 12 * 3600)
    torch = partial(subprocess.check_output, [interpreter, "-c", TORCH], env=clean)
    uninstall = [interpreter, "-m", "pip", "uninstall", "--quiet", "--yes", *OURS]
    subprocess.run(uninstall, env=clean, check=True, stderr=subprocess.DEVNULL)
    before = torch()
    with tempfile.TemporaryDirectory() as disk:
        home, wheels = Path(disk, platform.home), Path(disk, platform.wheels)
        shutil.copytree(WHEELS, wheels)
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, home)
        shutil.copy(ROOT / "profiles" / "smoke.yaml", home)
        script = (
            "set -e; ip link set lo up; "
            f"mount --bind {disk}/{platform.top} /{platform.top}; cd /{platform.home}; "
            "if curl -s -m 3 https://pypi.org >/dev/null; then exit 9; fi; "
            # By PATH: the folder of the project may have a blank in its name.
            f"exec python -m papermill {notebook.name} out.ipynb"
            " -f smoke.yaml --no-progress-bar"
        )
        started = time.monotonic()
        command = ["unshare", "--net", "--mount", "--", "bash", "-c", script]
        environment = clean | {platform.variable: "1", "THP_MEM_ALLOC_ENABLE": "1"}
        options = {"env": environment, "capture_output": True, "text": True}
        done = subprocess.run(command, **options, check=False)
        seconds = time.monotonic() - started
        first = first_line(home / "out.ipynb")
    print(f"{notebook.stem}: {seconds:.1f} s; {first}", flush=True)
    checks = {
        (done.stdout + done.stderr)[-1500:]: done.returncode == 0,
        "the first cell does not name the platform": platform.first_cell in first,
        "torch is another than before": torch() == before,
        f"took more than {LIMIT} s": seconds <= LIMIT,
    }
    return [problem for problem, holds in checks.items() if not holds]


def first_line(notebook: Path) -> str:
    """What the first code cell printed last."""
    if not notebook.exists():
        return ""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    outputs = next(c["outputs"] for c in cells if c["cell_type"] == "code")
    lines = "".join("".join(o.get("text", "")) for o in outputs).splitlines()
    return lines[-1] if lines else ""


def main() -> int:
    """Run what was asked for; 0 if every chapter passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--platform", choices=PLATFORMS, action="append")
    parser.add_argument("--chapter", action="append")
    given = parser.parse_args()
    if os.geteuid():
        sys.exit("namespaces need root")
    failed = 0
    for name in given.platform or PLATFORMS:
        platform = PLATFORMS[name]
        interpreter = environment(name, f"python{platform.python}")
        mounted = Path("/", platform.top)
        made = not mounted.exists()
        mounted.mkdir(exist_ok=True)
        for notebook in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
            if not given.chapter or notebook.stem in given.chapter:
                problems = session(platform, interpreter, notebook)
                print(f"{name}:", "; ".join(problems) or "passed", flush=True)
                failed += bool(problems)
        if made:
            mounted.rmdir()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
