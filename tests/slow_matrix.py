"""The library's tests on each Python, with the oldest and the newest dependencies.

    make matrix
    python tests/slow_matrix.py --python 3.12 --versions oldest

Each pair gets an environment of its own, built by uv from the ranges of pyproject.toml
(``oldest``: the lowest that have a wheel for that Python), with the library installed
in it. It is deleted afterwards: PyTorch takes gigabytes. The tests run are those that
need none of the book's tools. The interpreters are those that uv finds here.

Last result, with PyTorch from 2.6 to 2.15, on two cores: all eight passed, each in
about two minutes.
"""

import argparse
import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "matrix"
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}
# Dependencies of dependencies come at their newest; typer's oldest needs this one.
ALSO = {"oldest": ("click>=8.2,<8.3",), "newest": ()}
TEST_TOOLS = (
    *("pytest>=8", "pytest-timeout>=2.2", "pytest-xdist>=3.2", "hypothesis>=6.100"),
    *("ipywidgets>=8", "librosa>=0.10.2", "torchaudio>=2.6", "torchvision>=0.21"),
    *("fpdf2>=2.8", "pypdf>=5"),
)
# A test file that imports one of these is about the book, which has one Python.
BOOK = re.compile(
    r"^\s*(?:from|import) (?:jupytext|papermill|nbformat|snakemake|sphinx|tomllib|"
    r"myst_nb|playwright|bs4|antispoof_book|antispoof_report\.notebooks)\b",
    re.MULTILINE,
)


def test_on(python: str, versions: str, tests: list[str]) -> str:
    """Build one environment and run the tests in it; what went wrong, or "passed"."""
    interpreter = FOLDER / "bin" / "python"
    uv = (sys.executable, "-m", "uv")
    steps = {
        "no such interpreter": [
            *(*uv, "venv", "--quiet", "--clear", "--no-python-downloads"),
            *("--python", python, FOLDER),
        ],
        "the dependencies do not install": [
            *(*uv, "pip", "install", "--quiet", "--python", interpreter),
            *("--resolution", RESOLUTION[versions], "--only-binary", ":all:"),
            *("--no-binary", "antispoof", "--refresh-package", "antispoof"),
            *(ROOT, *TEST_TOOLS, *ALSO[versions]),
        ],
        "tests fail": [
            *(interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2"),
            # Warnings of other versions' libraries are theirs.
            *("-o", "filterwarnings=default", "--disable-warnings", *tests),
        ],
    }
    try:
        for problem, words in steps.items():
            if subprocess.run(words, cwd=ROOT, check=False).returncode:
                return problem
    finally:
        for left in (FOLDER, ROOT / "build"):  # setuptools would take old modules again
            shutil.rmtree(left, ignore_errors=True)
    return "passed"


def main() -> int:
    """Test on what is asked for; 0 if all pass."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", choices=PYTHONS, action="append")
    parser.add_argument("--versions", choices=RESOLUTION, action="append")
    parser.add_argument("tests", nargs="*", help="test files; all of the library's")
    given = parser.parse_args()
    files = sorted((ROOT / "tests").glob("test_*.py"))
    ours = [str(f) for f in files if not BOOK.search(f.read_text("utf-8"))]
    results = []
    for pair in product(given.python or PYTHONS, given.versions or RESOLUTION):
        results.append(test_on(*pair, given.tests or ours))
        print("Python", *pair, results[-1], flush=True)
    return int(set(results) != {"passed"})


if __name__ == "__main__":
    sys.exit(main())
