"""The table of parameters that the build makes.

1. Every parameter of every chapter is in it: name, type, default, meaning; one that
   several chapters share has one row, which names them.
2. It is a numbered table, without a warning.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

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

See {numref}`tab-parameters`.
"""
SOURCE = "corpus = ''  # a {folder}\nseed = None  # type: int  alone\n"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a small book with two chapters."""
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


def test_it_is_numbered(page):  # 2
    assert "Table 1" in page
