"""Contracts of the tables that the build makes.

1. Every parameter of every chapter is in the table: name, type, default, meaning; one
   that several chapters share stands once and names them.
2. The cost of a sweep comes from recorded runs: it doubles where they took twice as
   long, and a model without runs has no row.
3. Both come out as numbered tables, without a warning.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from antispoof.config import TrainConfig
from antispoof.runs import list_runs
from antispoof_report.notebooks.parameters import accepted
from antispoof_report.sweep_costs import hours, speed

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
    shutil.copytree(ROOT / "data/reference-runs", book / "data/reference-runs")
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


def cells(page):
    from bs4 import BeautifulSoup

    tables = BeautifulSoup(page, "html.parser").find_all("table")
    return [
        [
            [cell.get_text() for cell in row.find_all("td")]
            for row in t.tbody.find_all("tr")
        ]
        for t in tables
    ]


def test_every_parameter_is_in_the_table(page):  # 1
    assert cells(page)[0] == [
        ["corpus", "str", "''", "a {folder}", "01, 02"],
        ["seed", "int or None", "None", "alone", "01, 02"],
        ["rate", "float", "0.5", "", "02"],
    ]


def test_every_real_parameter_says_what_it_means():  # 1
    for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"):
        assert all(one.help for one in accepted(path).values()), path.stem


def test_costs_come_from_the_runs(page):  # 2
    *models, total = cells(page)[1]
    found = list_runs(ROOT / "data/reference-runs", model="cnn")
    each = hours(TrainConfig.for_model("cnn"), speed(found))
    assert models[0][3] == f"{each:.1f}"
    assert total[0] == "all"
    assert float(total[3]) == pytest.approx(sum(float(m[3]) for m in models), abs=0.2)


def test_twice_the_time_is_twice_the_cost():  # 2
    from dataclasses import replace

    measured = speed(list_runs(ROOT / "data/reference-runs", model="cnn"))
    slow = replace(measured, trained=measured.trained / 2, scored=measured.scored / 2)
    config = TrainConfig.for_model("cnn")
    assert hours(config, slow) == pytest.approx(2 * hours(config, measured))
    longer = replace(config, epochs=2 * config.epochs)
    assert (
        hours(config, measured) < hours(longer, measured) < 2 * hours(config, measured)
    )


def test_they_are_numbered(page):  # 3
    assert "Table 1" in page
    assert "Table 2" in page
