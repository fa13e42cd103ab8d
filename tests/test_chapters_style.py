"""The book's own chapters.

Contracts:
1. Opened in Jupyter, no text shows a MyST role; a paragraph with results is shown by
   a cell, after the cells that compute them. (That every notebook is what its source
   generates: ``make lint``.)
2. Each begins with a title; its first code cell is the same in all and leaves the
   platform's torch as it is; then come one cell tagged ``parameters`` and the check of
   what papermill injected. Every parameter says what it means.
3. A figure has a unique name, a caption and an alternative text in full sentences.
4. Every model of the thesis has a chapter that declares to train it.
"""

import importlib.util
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

from antispoof_report import travel
from antispoof_report.claims import MODELS
from antispoof_report.claims.verdicts import verdict_table
from antispoof_report.notebooks import read_declaration
from antispoof_report.notebooks.parameters import accepted
from antispoof_report.notebooks.sync import repository

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
CHAPTERS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def code(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@every_chapter
def test_no_text_shows_a_role(path):  # 1
    notebook = nbformat.read(path, as_version=4)
    assert not [c.source for c in notebook.cells if re.search(r"\{[\w:]+\}`", c.source)]
    assert any("report.say(" in cell.source for cell in code(path))


@every_chapter
def test_results_are_computed_before_they_are_said(path):  # 1
    """Run from top to bottom in Jupyter, a chapter stopped with a KeyError."""
    sources = [cell.source for cell in code(path)]
    said = [i for i, s in enumerate(sources) if "report.say(" in s and "[[" in s]
    glued = [i for i, source in enumerate(sources) if "report.glue" in source]
    assert not said or min(glued) < min(said)


def test_chapters_without_recorded_runs():  # 1
    """On Kaggle and Colab the chapter is alone: no folder `data`."""
    assert travel.rates_table({}).empty
    assert travel.steps_table({}, "dev").empty
    assert verdict_table([]).empty


@every_chapter
def test_a_chapter_begins_as_all_do(path):  # 2
    first = nbformat.read(path, as_version=4).cells[0]
    install, parameters, check = code(path)[:3]
    assert first.source.startswith("# ")
    assert install.source == code(CHAPTERS[0])[0].source
    assert parameters.metadata.tags == ["parameters"]
    assert check.source.endswith("check_parameters()")
    assert all(one.help for one in accepted(path).values())


def test_the_bootstrap_installs_the_wheel_beside_it_or_the_repository(
    monkeypatch, tmp_path
):  # 2
    """pip keeps an installed torch that satisfies the requirements: no -U, no pin."""
    asked = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "check_call", asked.append)
    exec(code(CHAPTERS[0])[0].source, {})
    (tmp_path / "antispoof-1-py3-none-any.whl").touch()
    exec(code(CHAPTERS[0])[0].source, {})
    (_, *pip, address), local = asked
    assert pip == local[1:5] == ["-m", "pip", "install", "-q"]
    assert address == f"git+{repository(FOLDER.parent)}"
    assert {"--no-index", "--no-deps"} <= set(local)
    assert local[-3:] == ["antispoof", "miniaudio", "av"]


def test_a_library_that_is_there_is_used(monkeypatch, capsys):  # 2
    monkeypatch.setattr(subprocess, "check_call", None)
    exec(code(CHAPTERS[0])[0].source, {})
    assert "antispoof " in capsys.readouterr().out


def test_figures_have_unique_names_captions_and_alternative_texts():  # 3
    cells = [cell.metadata for path in CHAPTERS for cell in code(path)]
    shown = [of["mystnb"] for of in cells if "figure" in of.get("mystnb", {})]
    names = [option["figure"]["name"] for option in shown]
    assert sorted(names) == sorted(set(names))
    for option in shown:
        assert re.fullmatch(r"fig-[a-z0-9-]+", option["figure"]["name"])
        for text in (option["figure"]["caption"], option["image"]["alt"]):
            assert re.fullmatch(r"[A-Z].{20,}\.", text, re.DOTALL), text


def test_every_model_has_its_chapter():  # 4
    assert {read_declaration(path).trains for path in CHAPTERS} >= set(MODELS)
