"""The library's tests on each Python, with the oldest and the newest dependencies.

    make matrix
    python tests/slow_matrix.py --python 3.12 --versions oldest

Each cell gets an environment of its own, built by uv from the ranges of pyproject.toml
(``oldest``: the lowest that have a wheel for that Python), with the library installed
in it, and is deleted afterwards: PyTorch takes gigabytes. Run are the tests that need
nothing of the book's tools; what they say is kept in ``_build/matrix-*.log``. The
interpreters are those that uv finds here, and none is fetched.

Last result, with PyTorch from 2.6 to 2.15, on two cores not always free:
3.10, 3.12 and 3.13 passed, the oldest and the newest (200 to 420 s a cell), and 3.11
with the oldest; 3.11 with the newest was not run to its end.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "matrix"
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}
# What is not named in pyproject.toml comes at its newest also to the oldest; that of
# typer's time is what platforms have beside it.
BESIDE = {"oldest": ("click>=8.2,<8.3",), "newest": ()}
TEST_TOOLS = (
    *("pytest>=8", "pytest-xdist>=3.2", "hypothesis>=6.100", "ipywidgets>=8"),
    *("librosa>=0.10.2", "tensorboard>=2.18", "torchaudio>=2.6", "torchvision>=0.21"),
)
# A test file that imports one of these is about the book, which has one Python.
BOOK = re.compile(
    r"^\s*(?:from|import) "
    r"(jupytext|papermill|nbformat|snakemake|sphinx|tomllib|myst_nb|playwright|bs4|antispoof_book)\b"
    r"|antispoof\.chapters",
    re.MULTILINE,
)


def library_tests() -> list[str]:
    """The test files that need no tool of the book."""
    files = sorted((ROOT / "tests").glob("test_*.py"))
    return [str(f) for f in files if not BOOK.search(f.read_text("utf-8"))]


def cell(python: str, versions: str, only: list[str]) -> str | None:
    """Build one environment and run the tests in it; what went wrong, or None."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.parent.mkdir(exist_ok=True)
    interpreter = FOLDER / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    steps = {
        "no such interpreter": [
            *(*uv, "venv", "--quiet", "--no-python-downloads"),
            *("--python", python, FOLDER),
        ],
        "the dependencies do not install": [
            *(*uv, "pip", "install", "--quiet", "--python", interpreter),
            *("--resolution", RESOLUTION[versions], "--only-binary", ":all:"),
            *("--no-binary", "antispoof", "--refresh-package", "antispoof"),
            *(ROOT, *TEST_TOOLS, *BESIDE[versions]),
        ],
        "tests fail": [
            *(interpreter, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2"),
            # Warnings of other versions' libraries are theirs.
            *("-o", "filterwarnings=default", "--disable-warnings"),
            *(only or library_tests()),
        ],
    }
    try:
        for problem, words in steps.items():
            done = subprocess.run(
                words, cwd=ROOT, capture_output=True, text=True, check=False
            )
            said = done.stdout + done.stderr
            log = FOLDER.with_name(f"matrix-{python}-{versions}.log")
            log.write_text(said, "utf-8")
            if done.returncode:
                return "\n".join([problem, *said.splitlines()[-25:]])
    finally:
        for left in (FOLDER, ROOT / "build"):  # setuptools would take old modules again
            shutil.rmtree(left, ignore_errors=True)
    return None


def main() -> int:
    """Run the cells asked for; 0 if all pass."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", choices=PYTHONS, action="append")
    parser.add_argument("--versions", choices=RESOLUTION, action="append")
    parser.add_argument("tests", nargs="*", help="test files; all of the library's")
    given = parser.parse_args()
    failed = 0
    for python in given.python or PYTHONS:
        for versions in given.versions or RESOLUTION:
            began = time.monotonic()
            problem = cell(python, versions, given.tests)
            failed += problem is not None
            seconds = time.monotonic() - began
            print(
                f"Python {python}, {versions}: {problem or 'passed'} ({seconds:.0f} s)",
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
