"""A copy of the project for the slow tests, which must not change the real one."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
MARK = "ANTISPOOF_TEST_COPY"  # in the environment of all that `make` starts


def copy_project(folder: Path) -> None:
    """Copy the tracked files into ``folder``, and make an environment there."""
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)
    for name in names.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    add_environment(folder)


def add_environment(folder: Path) -> None:
    """Make ``.venv`` as `make setup` does, with the packages of this environment."""
    venv = folder / ".venv"
    command = [sys.executable, "-m", "venv", "--clear", "--without-pip", venv]
    subprocess.run(command, check=True)
    (packages,) = venv.glob("lib/*/site-packages")
    paths = f"{folder / 'lib'}\n{sysconfig.get_path('purelib')}\n"
    (packages / "project.pth").write_text(paths)
    (venv / ".ready").touch()


def make(folder: Path, *words: str, seconds=None, **variables) -> tuple[int, str]:
    """Call make, and kill it after so many ``seconds``; its exit status and output."""
    options = {"cwd": folder, "env": os.environ | {MARK: str(folder)} | variables}
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(["make", *words], **options) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            kill(folder)
            output, _ = process.communicate()
    return process.returncode, output


def kill(folder: Path) -> None:
    """Kill (-9) all that `make` started, as when the power fails.

    Notebooks run in process groups of their own, so a group is not enough.
    """

    def started(process: psutil.Process) -> bool:
        return (process.info["environ"] or {}).get(MARK) == str(folder)

    while found := list(filter(started, psutil.process_iter(["environ"]))):
        command = ["kill", "-9", *(str(process.pid) for process in found)]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
