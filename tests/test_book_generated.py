"""Contracts of the tables that the build makes.

1. Every parameter of every chapter is in the table: name, type, default, meaning; one
   that several chapters share has one row, which names them.
2. The cost of a sweep follows from the seconds of the runs; a model without runs has no
   row.
3. Both come out as numbered tables, without a warning.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from antispoof.config import TrainConfig
from antispoof_report import sweep_costs

ROOT = Path(__file__).resolve().parents[1]
CONF = f"""
import sys
sys.path.append({str(ROOT / "book" / "_ext")!r})
extensions = ["myst_nb", "sphinx_book_theme", "antispoof_book"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "off"
numfig = True
exclude_patterns = ["notebooks", "data"]
root_doc = "intro"
myst_enable_extensions = ["colon_fence", "substitution"]
"""
INTRO = """
# What can be set?

:::{chapter-parameters} What can be set.
:name: tab-parameters
:::

:::{sweep-costs} What it costs.
:name: tab-costs
:::

See {numref}`tab-parameters` and {numref}`tab-costs`.
"""
SOURCE = "corpus = ''  # a {folder}\nseed = None  # type: int  alone\n"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a small book with two chapters and the recorded runs."""
    book = tmp_path_factory.mktemp("book")
    (book / "notebooks").mkdir()
    for name, source in (("01_a", SOURCE), ("02_b", SOURCE + "rate = 0.5\n")):
        cell = {"cell_type": "code", "source": source, "outputs": []}
        cell |= {"metadata": {"tags": ["parameters"]}, "execution_count": None}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        (book / "notebooks" / f"{name}.ipynb").write_text(json.dumps(notebook))
    shutil.copy(ROOT / "pyproject.toml", book)
    (book / "conf.py").write_text(CONF)
    (book / "intro.md").write_text(INTRO)
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", book, book / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return (book / "out/intro.html").read_text("utf-8")


def test_every_parameter_is_in_the_table(page):  # 1
    rows = BeautifulSoup(page, "html.parser").table.tbody.find_all("tr")
    assert [[cell.get_text() for cell in row.find_all("td")] for row in rows] == [
        ["corpus", "str", "''", "a {folder}", "01, 02"],
        ["seed", "int or None", "None", "alone", "01, 02"],
        ["rate", "float", "0.5", "", "02"],
    ]


def test_costs_follow_from_the_runs(monkeypatch):  # 2
    def costs(seconds):
        """The rows of a model whose run of 2 epochs trained half of its seconds."""
        run = SimpleNamespace(
            history=pd.DataFrame({"seconds": [seconds / 4] * 2}),
            environment={"seconds": seconds, "cores": 2, "device": "cpu"},
            corpus={"n_train": 100, "trials": {"train": 120, "dev": 30, "eval": 70}},
            path=Path("run"),
        )
        found = {"cnn": [run]}
        monkeypatch.setattr(
            sweep_costs, "list_runs", lambda folder, model: found.get(model, [])
        )
        return sweep_costs.cost_table(Path(), note=noted.append)

    noted = []
    heads, once = costs(40.0)
    _, twice = costs(80.0)
    assert noted == ["run/history.csv"] * 2
    assert once[:3] == ("CNN", "2 cores", "10")
    assert len(heads) == len(once)
    epochs = TrainConfig.for_model("cnn").epochs
    hours = (epochs * sweep_costs.N_TRAIN / 10 + sweep_costs.N_SCORED / 5) / 3600
    assert float(once[3]) == pytest.approx(hours, abs=0.05)
    assert float(twice[3]) == pytest.approx(2 * hours, abs=0.05)
    assert float(once[4]) == pytest.approx(5 * hours, abs=0.5)


def test_they_are_numbered(page):  # 3
    assert "Table 1" in page
    assert "Table 2" in page
