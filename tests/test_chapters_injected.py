"""What papermill puts into a chapter is held to what the chapter declares.

1. An unknown name or a value of the wrong type is refused, and what is accepted is
   said; what fits passes.
2. Where nothing was put in, nothing is refused.
3. Every key of every profile is accepted by every chapter, as papermill gives a profile
   whole to each of them.
4. Bare papermill fails on an unknown parameter before the first cell that is heavy.
"""

from pathlib import Path

import nbformat
import papermill
import pytest
import yaml

from antispoof.errors import ParameterError
from antispoof_report.notebooks.injected import check_history
from antispoof_report.notebooks.parameters import SHARED, accepted

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
PROFILES = sorted(p for p in ROOT.glob("profiles/*.yaml") if "sweep" not in p.stem)
DECLARED = """\
corpus = ""  # a folder
epochs = 2
seed = None  # type: int  alone
"""


def check(injected):
    check_history(["", DECLARED, f"# Parameters\n{injected}\n", "check_parameters()"])


@pytest.mark.parametrize(
    "line", ["epochs = 3", "seed = 3", "seed = None", 'corpus = "x"', "seeds = [1]"]
)
def test_what_fits_passes(line):  # 1, 3
    check(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("epoch = 3", r"this chapter has no parameter 'epoch'; .*epochs \(int\)"),
        ('epochs = "3"', "parameter 'epochs' takes int such as 2, not '3'"),
        ("epochs = True", "'epochs' takes int"),
        ("seed = 0.5", "'seed' takes int or None"),
        ("epochs = float('nan')", r"'epochs' is float\('nan'\), not a plain value"),
    ],
)
def test_what_does_not_fit_is_refused(line, reason):  # 1
    with pytest.raises(ParameterError, match=reason):
        check(line)


def test_papermills_own_paths_pass():  # 1
    check('PAPERMILL_INPUT_PATH = "a.ipynb"')


@pytest.mark.parametrize("cells", [["", DECLARED, "now()"], ["now()"], []])
def test_without_injected_parameters_nothing_is_refused(cells):  # 2
    check_history(cells)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_papermill_gives_every_chapter_the_whole_profile(path):  # 3
    assert set(yaml.safe_load(path.read_text("utf-8"))) <= set(SHARED)


@pytest.mark.parametrize("name", SHARED)
def test_what_profiles_set_some_chapter_has(name):  # 3
    assert any(name in accepted(path) for path in CHAPTERS)


def test_bare_papermill_fails_before_anything_heavy(tmp_path):  # 4
    notebook, out = CHAPTERS[-1], tmp_path / "out.ipynb"
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        papermill.execute_notebook(
            notebook, out, parameters={"unknown": 1}, progress_bar=False, cwd=tmp_path
        )
    assert failed.value.ename == "ParameterError"
    assert "no parameter 'unknown'" in failed.value.evalue
    ran = [
        cell.source
        for cell in nbformat.read(out, as_version=4).cells
        if cell.cell_type == "code" and cell.execution_count
    ]
    assert ran[-1] == "check_parameters()"
    assert len(ran) == 4  # bootstrap, parameters, injected, check
