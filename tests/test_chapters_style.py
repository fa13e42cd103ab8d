"""The book's own chapters.

Contracts:
1. Every notebook is what its source generates, clean and at most 50 KB.
2. Each begins with a title and its question, then the bootstrap cell, the same in all,
   then one cell tagged ``parameters`` with a parameter ``corpus``, then the check of
   what papermill put in. The bootstrap leaves the platform's torch as it is.
3. The sections come in one order: question, method, run, result, what it means.
4. A figure has a name that no other has, a caption in full sentences, and an
   alternative text.
5. Cells call and narrate: no function, no class, no line over 78 columns.
"""

import ast
import importlib.util
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

from antispoof_report.notebooks.parameters import accepted
from antispoof_report.notebooks.sync import check

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
CHAPTERS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
SECTIONS = ["Question", "Method", "Run", "Result", "What it means"]

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells(path, kind):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def prose(path):
    return "\n".join(cell.source for cell in cells(path, "markdown"))


def figures(path):
    options = [cell.metadata.get("mystnb", {}) for cell in cells(path, "code")]
    return [option for option in options if option]


def test_there_are_chapters():
    assert CHAPTERS


def test_notebooks_are_what_their_sources_generate():  # 1
    assert check(FOLDER) == []


@every_chapter
def test_a_chapter_begins_as_all_do(path):  # 2
    notebook = nbformat.read(path, as_version=4)
    first, bootstrap, parameters, check = notebook.cells[:4]
    assert first.source.startswith("# ")
    assert "\n## Question\n" in first.source
    assert bootstrap == nbformat.read(CHAPTERS[0], as_version=4).cells[1]
    assert "bootstrap" in bootstrap.metadata.tags
    assert parameters.metadata.tags == ["parameters"]
    assert accepted(path)["corpus"].default == ""
    assert check.source == "check_parameters()"


def bootstrap_asks_pip(monkeypatch, tmp_path):
    """What the bootstrap cell has pip install where the library is absent."""
    asked = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "check_call", asked.append)
    exec(cells(CHAPTERS[0], "code")[0].source, {})
    ((_, *pip, quiet), what) = asked[0][:5], asked[0][5:]
    assert [*pip, quiet] == ["-m", "pip", "install", "-q"]
    return what


def test_the_bootstrap_installs_from_the_repository(monkeypatch, tmp_path):  # 2
    """pip keeps an installed torch that satisfies the requirements: no -U, no pin."""
    (address,) = bootstrap_asks_pip(monkeypatch, tmp_path)
    assert re.fullmatch(r"git\+https://\S+/\S+", address)


def test_the_bootstrap_takes_the_wheel_beside_it(monkeypatch, tmp_path):  # 2
    (tmp_path / "antispoof-1-py3-none-any.whl").touch()
    what = bootstrap_asks_pip(monkeypatch, tmp_path)
    assert "--no-index" in what
    assert "--no-deps" in what
    assert what[-3:] == ["antispoof", "miniaudio", "av"]


def test_a_library_that_is_there_is_used(monkeypatch, capsys):  # 2
    monkeypatch.setattr(subprocess, "check_call", None)
    exec(cells(CHAPTERS[0], "code")[0].source, {})
    (line,) = capsys.readouterr().out.splitlines()
    for part in ("antispoof ", "corpus: ", "disk: ", "time: "):
        assert part in line


@every_chapter
def test_sections_come_in_order(path):  # 3
    assert re.findall(r"^## (.*)$", prose(path), re.MULTILINE) == SECTIONS


@every_chapter
def test_figures_have_name_caption_and_alternative_text(path):  # 4
    for option in figures(path):
        assert re.fullmatch(r"fig-[a-z0-9-]+", option["figure"]["name"])
        for text in (option["figure"]["caption"], option["image"]["alt"]):
            assert text[0].isupper()
            assert text.endswith(".")
            assert len(text) > 20


def test_figure_names_are_unique():  # 4
    names = [o["figure"]["name"] for path in CHAPTERS for o in figures(path)]
    assert sorted(names) == sorted(set(names))


@every_chapter
def test_cells_call_and_narrate(path):  # 5
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(
                node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.While)
            ), cell.source
            if isinstance(node, ast.For):
                assert len(node.body) <= 2, cell.source
        assert max(map(len, cell.source.splitlines())) <= 78, cell.source
