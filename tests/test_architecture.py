"""Contracts of the library's shape.

1. An import never points up, and every room has its floor in the contract.
2. Importing does no work: nothing is written or printed, and `antispoof` and its
   command line start without loading torch, numpy or pandas.
3. All rooms but the chapters import where the tools of the book are absent, and so does
   everything that trains and scores.
4. Every public name a room lists is there.
"""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

import antispoof

ROOT = Path(__file__).resolve().parents[1]
BOOK = (
    "IPython",
    "ipykernel",
    "jupyter_book",
    "jupytext",
    "librosa",
    "myst_nb",
    "nbclient",
    "nbformat",
    "papermill",
    "snakemake",
    "sphinx",
    "torchvision",
)
ROOMS = sorted(module.name for module in pkgutil.iter_modules(antispoof.__path__))

# For an interpreter of its own: what is imported in this one would hide a lack.
WITHOUT_BOOK = f"""
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BOOK}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import antispoof

for module in pkgutil.walk_packages(antispoof.__path__, "antispoof."):
    if not module.name.startswith("antispoof_report.notebooks"):
        importlib.import_module(module.name)
"""


def run(code, folder):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )


def floors():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = told["tool"]["importlinter"]["contracts"]
    assert contract["type"] == "layers"
    return [name.removeprefix("antispoof.") for name in contract["layers"]]


# 1


def test_no_import_points_up():
    code = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_every_room_has_its_floor():
    assert sorted(floors()) == ROOMS


def test_metrics_never_see_a_model():
    below = floors()[floors().index("metrics") + 1 :]
    assert set(below) == {"fingerprint", "errors", "conventions"}
    done = run("import sys, antispoof.metrics; sys.exit('torch' in sys.modules)", ROOT)
    assert done.returncode == 0, done.stderr


# 2


@pytest.mark.parametrize("name", ["antispoof", "antispoof.cli"])
def test_starts_at_once(name):
    heavy = ["torch", "numpy", "pandas", "matplotlib", "sklearn"]
    code = f"import sys, {name}; print([m for m in {heavy} if m in sys.modules])"
    done = run(code, ROOT)
    assert done.stdout == "[]\n", done.stderr


# 2 and 3


def test_imports_without_the_book_and_without_a_trace(tmp_path):
    done = run(WITHOUT_BOOK, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""
    assert list(tmp_path.iterdir()) == []


# 4


@pytest.mark.parametrize("room", ROOMS)
def test_listed_names_are_there(room):
    module = importlib.import_module(f"antispoof.{room}")
    listed = getattr(module, "__all__", [])
    assert len(set(listed)) == len(listed)
    assert [name for name in listed if not hasattr(module, name)] == []
