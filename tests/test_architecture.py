"""Contracts of the library's shape.

1. Every module of the library has its layer. (That an import never points up is checked
   by `make lint`.)
2. Importing does no work: nothing is written or printed, and `antispoof` and its
   command line start without loading torch, numpy or pandas.
3. The library is imported, and what notebooks show is made, without the packages of the
   book.
4. Metrics, statistics, platforms and `antispoof evaluate` do without torch, and
   without what else is slow to import.
"""

import pkgutil
from pathlib import Path

import pytest
import tomllib

import antispoof
from conftest import run_python

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
BOOK = (
    *("IPython", "ipykernel", "jupyter_book", "jupytext", "librosa", "myst_nb"),
    *("nbclient", "nbformat", "papermill", "snakemake", "sphinx", "torchvision"),
)

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
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
import numpy, pandas, platform
import antispoof_report.claims, antispoof_report.notebooks.parameters
from antispoof_report import report

report.glue("a", 1)
report.table(pandas.DataFrame({{"a": [1]}}))._repr_html_()
report.player(numpy.zeros(1600), label="silence")._repr_html_()
shown = report.environment().set_index("item")["value"]
assert shown["Python"] == platform.python_version()
"""


def run(code, folder, *words):
    return run_python(code, *words, cwd=folder, PYTHONWARNINGS="error")


# 1


def test_every_module_has_its_layer():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    modules = {f"antispoof.{m.name}" for m in pkgutil.iter_modules(antispoof.__path__)}
    assert layers[0] == "antispoof_report"
    assert set(layers[1:]) == modules


# 2


@pytest.mark.parametrize("name", ["antispoof", "antispoof.cli"])
def test_starts_at_once(name):
    heavy = ["torch", "numpy", "pandas", "matplotlib", "sklearn"]
    code = f"import sys, {name}; print([m for m in {heavy} if m in sys.modules])"
    done = run(code, ROOT)
    assert done.stdout == "[]\n", done.stderr


# 2 and 3


def test_without_the_book_and_without_a_trace(tmp_path):
    done = run(WITHOUT_BOOK, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""
    assert list(tmp_path.iterdir()) == []


# 4


WITHOUT_TORCH = """
import sys
from pathlib import Path
import antispoof.metrics, antispoof.platforms, antispoof.scoring.score_files
import antispoof.stats
from antispoof.cli.evaluate import evaluate
files = "eval-4-columns eval-protocol asv dev-4-columns dev-protocol"
files = [Path(f"{name}.txt") for name in files.split()]
evaluate(*files[:3], replicates=2)
slow = {"miniaudio", "rich", "scipy.optimize", "sklearn"} & {*sys.modules}
evaluate(*files, replicates=2, as_json=True)  # sklearn calibrates on dev
print(sorted(slow), "torch" in sys.modules)
"""


def test_without_torch():
    """B7: reading a text score file imported torch, which takes seconds.
    Without dev scores nothing else that is slow to import is needed."""
    done = run(WITHOUT_TORCH, GOLDEN)
    assert done.stdout.endswith("[] False\n"), done.stdout[-99:] + done.stderr
