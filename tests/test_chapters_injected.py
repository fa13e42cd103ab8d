"""What papermill injects into a chapter is compared with what the chapter declares.

1. An unknown name or a value of the wrong type is refused with what is accepted.
2. Where nothing was injected, nothing is refused.
3. Every key of every profile is accepted by every chapter, as papermill passes a
   profile to each of them as it is.
4. Bare papermill fails on an unknown parameter before the first heavy cell.
"""

from pathlib import Path

import nbformat
import papermill
import pytest
import yaml

from antispoof.errors import ParameterError
from antispoof_report.notebooks.parameters import PROFILE_KEYS, accepted, check_history

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
OTHER = "sweep*", "study*", "travel", "detector"  # files of other tools
FILES = sorted(ROOT.glob("profiles/*.yaml"))
PROFILES = [p for p in FILES if not any(p.match(f"{name}.yaml") for name in OTHER)]
DECLARED = """\
corpus = ""  # a folder
epochs = 2
seed = None  # type: int  alone
"""


def check(injected):
    check_history(["", DECLARED, f"# Parameters\n{injected}\n", "check_parameters()"])


def test_valid_parameters_pass():  # 1, 2, 3
    for line in ("epochs = 3", "seed = 3", "seed = None", "seeds = [1]"):
        check(f'{line}\nPAPERMILL_X = "a.ipynb"')
    for cells in (["", DECLARED, "now()"], ["now()"], []):
        check_history(cells)


def test_invalid_parameters_are_refused():  # 1
    for line, reason in (
        ("epoch = 3", r"this chapter has no parameter 'epoch'; .*epochs \(int\)"),
        ('epochs = "3"', "parameter 'epochs' takes int such as 2, not '3'"),
        ("seed = 0.5", "'seed' takes int or None"),
        ("epochs = float('nan')", r"'epochs' is float\('nan'\), not a plain value"),
    ):
        with pytest.raises(ParameterError, match=reason):
            check(line)


def test_profiles_set_only_what_every_chapter_ignores_or_accepts():  # 3
    for path in PROFILES:
        assert set(yaml.safe_load(path.read_text("utf-8"))) <= set(PROFILE_KEYS)
    for name in PROFILE_KEYS:
        assert any(name in accepted(path) for path in CHAPTERS), name


def test_bare_papermill_fails_before_anything_heavy(tmp_path):  # 4
    notebook, out = CHAPTERS[-1], tmp_path / "out.ipynb"
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        options = {"parameters": {"unknown": 1}, "progress_bar": False}
        papermill.execute_notebook(notebook, out, cwd=tmp_path, **options)
    assert failed.value.ename == "ParameterError"
    assert "no parameter 'unknown'" in failed.value.evalue
    cells = nbformat.read(out, as_version=4).cells
    ran = [c.source for c in cells if c.cell_type == "code" and c.execution_count]
    assert ran[-1] == "check_parameters()"
