"""Chapters: generating notebooks, checking parameters, running.

Contracts:
1. Generating is a pure function of the source: same bytes, ids from content,
   no outputs.
2. The check names drift, outputs, size, orphans, what was never generated, and files
   that a chapter declares but that do not exist.
3. The repository's address comes from pyproject.toml alone.
4. An unknown parameter or a value of the wrong type is an error before anything runs;
   from a profile, keys of other chapters are ignored, and keys of none are an error.
5. A run works in the project's root, appears only when it succeeded, holds no paths or
   times of papermill, and records what it was made with.
6. A failed run keeps the old output and names chapter, cell and reason.
7. A missing package is a sentence.
8. The library supports Python 3.10, which has no tomllib (B19).
"""

import json
import sys

import nbformat
import pytest

from antispoof.errors import ParameterError
from antispoof_report.notebooks import ChapterError, provenance
from antispoof_report.notebooks.__main__ import main
from antispoof_report.notebooks.execute import run
from antispoof_report.notebooks.parameters import (
    accepted,
    as_words,
    checked,
    from_profile,
)
from antispoof_report.notebooks.sync import MAX_BYTES, check, generate, sync_notebooks

ADDRESS = "https://example.org/us/it"

SOURCE = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # A title
#
# From {{repository}}.

# %% tags=["parameters"]
corpus = ""  # a folder
seeds = [0, 1]
epochs = 2  # passes
rate = 0.5
fast = False
note = None
seed = None  # type: int  alone

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-a", "caption": "A figure."}}
from pathlib import Path

print(Path.cwd().name, seeds, epochs)

# %%
print("same")

# %%
print("same")
"""


@pytest.fixture
def project(tmp_path):
    """A project of two chapters; returns its root."""
    (tmp_path / "pyproject.toml").write_text(
        f'[project.urls]\nRepository = "{ADDRESS}"\n', encoding="utf-8"
    )
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "01_one.py").write_text(SOURCE, encoding="utf-8")
    (folder / "02_two.py").write_text(
        '# %% tags=["parameters"]\nother = 1\n', encoding="utf-8"
    )
    sync_notebooks(folder)
    return tmp_path


def one(project):
    return project / "notebooks" / "01_one.ipynb"


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_generating_again_changes_nothing(project):  # 1
    before = one(project).read_bytes()
    assert sync_notebooks(project / "notebooks") == []
    one(project).unlink()
    assert sync_notebooks(project / "notebooks") == [one(project)]
    assert one(project).read_bytes() == before


def test_a_generated_notebook_is_valid_and_clean(project):  # 1
    notebook = nbformat.read(one(project), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"
    assert code[1].metadata.tags == ["hide-input"]
    assert code[1].metadata.mystnb.figure.caption == "A figure."


def test_ids_come_from_content_not_place(project):  # 1
    before = [cell["id"] for cell in cells(one(project))]
    assert len(set(before)) == len(before)  # also of the two equal cells
    source = project / "notebooks" / "01_one.py"
    longer = SOURCE.replace("# %% tags", "# %%\nnew = 1\n\n# %% tags", 1)
    source.write_text(longer, encoding="utf-8")
    sync_notebooks(project / "notebooks")
    after = [cell["id"] for cell in cells(one(project))]
    assert len(after) == len(before) + 1
    assert [i for i in after if i in before] == before


def test_drift_is_named(project):  # 2
    source = project / "notebooks" / "01_one.py"
    source.write_text(SOURCE.replace("epochs = 2", "epochs = 3"), encoding="utf-8")
    assert check(project / "notebooks") == [
        "01_one.ipynb: differs from what its source generates"
    ]


def test_outputs_are_a_difference(project):  # 2
    notebook = json.loads(one(project).read_text(encoding="utf-8"))
    notebook["cells"][2]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["1"]}
    ]
    one(project).write_text(json.dumps(notebook), encoding="utf-8")
    assert "01_one.ipynb: differs" in check(project / "notebooks")[0]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("{reads: [data/none]}", "declares data/none, which does not exist"),
        ("{trained: cnn}", "has the keys trained; accepted: compares, reads, trains"),
    ],
)
def test_what_a_chapter_declares_is_checked(project, declared, reason):  # 2
    source = project / "notebooks" / "01_one.py"
    text = SOURCE.replace("# jupyter:\n", f"# jupyter:\n#   antispoof: {declared}\n", 1)
    source.write_text(text, encoding="utf-8")
    try:
        sync_notebooks(project / "notebooks")
        problems = check(project / "notebooks")
    except ChapterError as error:
        problems = [str(error)]
    assert reason in problems[0]


def test_size_is_limited(project):  # 2
    source = project / "notebooks" / "01_one.py"
    words = "word " * (MAX_BYTES // 5)
    source.write_text(f"{SOURCE}\n# %% [markdown]\n# {words}\n", encoding="utf-8")
    sync_notebooks(project / "notebooks")
    (problem,) = check(project / "notebooks")
    assert problem.startswith("01_one.ipynb: ")
    assert "at most 50000" in problem


def test_orphans_and_absentees_are_named(project):  # 2
    one(project).rename(project / "notebooks" / "09_lost.ipynb")
    assert check(project / "notebooks") == [
        "09_lost.ipynb: has no source 09_lost.py",
        "01_one.ipynb: was never generated",
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ('tags=["a", oops', "accepted are mystnb, tags"),
        ('tag=["a"]', "option 'tag'"),
        ("A title", "option 'title'"),
        ('tags="a"', "is not of type 'array'"),
    ],
)
def test_options_that_cannot_be_read_are_an_error(project, options, reason):  # 1
    source = project / "notebooks" / "01_one.py"
    source.write_text(f"# %% {options}\nx = 1\n", encoding="utf-8")
    with pytest.raises(ChapterError, match=rf"01_one\.py: .*{reason}"):
        generate(source, address=ADDRESS)


def test_the_address_is_stamped_in(project):  # 3
    assert f"From {ADDRESS}." in "".join(cells(one(project))[0]["source"])


def test_an_absent_address_is_an_error(project):  # 3
    (project / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    with pytest.raises(ChapterError, match="Repository"):
        sync_notebooks(project / "notebooks")


def test_parameters_are_read_with_their_types(project):  # 4
    found = accepted(one(project))
    assert {name: p.kind for name, p in found.items()} == {
        "corpus": "str",
        "seeds": "list",
        "epochs": "int",
        "rate": "float",
        "fast": "bool",
        "note": "any",
        "seed": "int or None",
    }
    assert found["epochs"].help == "passes"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 2.5),
        ("epochs", "3"),
        ("epochs", True),
        ("seeds", 3),
        ("seeds", ["a"]),
        ("seeds", [0.5]),
        ("rate", "fast"),
        ("fast", 1),
        ("corpus", 7),
        ("seed", "a"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(project, name, value):  # 4
    with pytest.raises(ParameterError, match=f"01_one: parameter '{name}' takes"):
        checked({name: value}, accepted(one(project)), where="chapter 01_one")


def test_an_unknown_name_is_refused_with_what_is_accepted(project):  # 4
    with pytest.raises(
        ParameterError, match=r"'epoch'.*corpus \(str\).*epochs \(int\)"
    ):
        run(one(project), project / "o.ipynb", arguments={"epoch": "3"})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "3", 3),
        ("seeds", "[4, 5]", [4, 5]),
        ("rate", "2", 2),
        ("rate", "1e-3", 1e-3),
        ("fast", "true", True),
        ("corpus", "7", "7"),
        ("corpus", "true", "true"),
        ("seed", "3", 3),
        ("seed", "null", None),
        ("note", "3", 3),
    ],
)
def test_typed_text_becomes_the_parameters_type(project, name, text, value):  # 4
    parameter = accepted(one(project))[name]
    read = parameter.parse(text)
    assert read == value
    assert parameter.accepts(read)


@pytest.mark.parametrize(
    ("name", "text"), [("epochs", "3.5"), ("epochs", "three"), ("seeds", "[1, 2")]
)
def test_typed_text_that_does_not_fit_is_refused(project, name, text):  # 4
    with pytest.raises(ParameterError, match=f"parameter '{name}' takes"):
        run(one(project), project / "o.ipynb", arguments={name: text})


def test_a_profile_may_hold_other_chapters_keys(project):  # 4
    profile = project / "mini.yaml"
    profile.write_text("epochs: 5\nother: 3\n", encoding="utf-8")
    assert from_profile(profile, one(project)) == {"epochs": 5}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("epoch: 5", "no chapter has no parameter 'epoch'"),
        ("epochs: many", "parameter 'epochs' takes int"),
        ("- epochs", "must hold lines"),
        ("epochs: [", "cannot be read"),
    ],
)
def test_a_bad_profile_is_refused(project, text, reason):  # 4
    profile = project / "mini.yaml"
    profile.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=reason):
        from_profile(profile, one(project))


def test_a_notebook_without_parameters_cell_is_refused(project):  # 4
    source = project / "notebooks" / "02_two.py"
    source.write_text("# %%\nx = 1\n", encoding="utf-8")
    sync_notebooks(project / "notebooks")
    with pytest.raises(ChapterError, match="0 cells tagged 'parameters'"):
        accepted(source.with_suffix(".ipynb"))


def test_a_default_must_be_a_plain_value(project):  # 4
    source = project / "notebooks" / "02_two.py"
    source.write_text('# %% tags=["parameters"]\na = f()\n', encoding="utf-8")
    sync_notebooks(project / "notebooks")
    with pytest.raises(ChapterError, match="parameter 'a' is 'f\\(\\)'"):
        accepted(source.with_suffix(".ipynb"))


def test_a_type_must_be_one_that_is_known(project):  # 4
    source = project / "notebooks" / "02_two.py"
    source.write_text(
        '# %% tags=["parameters"]\na = None  # type: number\n', encoding="utf-8"
    )
    sync_notebooks(project / "notebooks")
    with pytest.raises(ChapterError, match="'number'; accepted are bool, dict"):
        accepted(source.with_suffix(".ipynb"))


def test_a_run_is_published_clean(project):  # 4, 5
    profile = project / "mini.yaml"
    profile.write_text("epochs: 5\nother: 3\n", encoding="utf-8")
    out = project / "out" / "{odd} name.ipynb"
    arguments = {"seeds": "[4]"}
    run(one(project), out, profile=profile, arguments=arguments)
    text = out.read_text(encoding="utf-8")
    assert str(project) not in text
    for word in ("start_time", "duration", "timestamp", "iopub", "output_path"):
        assert word not in text
    notebook = nbformat.read(out, as_version=4)
    nbformat.validate(notebook)
    printed = [o.text for c in notebook.cells for o in c.get("outputs", [])]
    assert printed[0].split() == [project.name, "[4]", "5"]
    (injected,) = [
        c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", [])
    ]
    assert injected.source.splitlines() == [
        "# Parameters of this page",
        "epochs = 5",
        "seeds = [4]",
    ]
    made = notebook.metadata[provenance.KEY]
    assert made["parameters"]["epochs"] == 5
    assert made["parameters"]["fast"] is False
    assert made["code"] == {}
    assert made["commit"] == provenance.UNKNOWN
    assert 0 < made["seconds"] < 600
    ids = [cell["id"] for cell in cells(one(project))]
    assert [c.id for c in notebook.cells if c.id in ids] == ids
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_failed_run_changes_nothing_and_says_why(project, capsys):  # 6
    source = project / "notebooks" / "02_two.py"
    code = '\n# %%\ndone = 1\n\n# %%\n# why\nraise ValueError("too loud")\n'
    source.write_text('# %% tags=["parameters"]\na = 1\n' + code, encoding="utf-8")
    sync_notebooks(project / "notebooks")
    out = project / "02_two.ipynb"
    out.write_text("the old one", encoding="utf-8")
    assert main(["run", str(source.with_suffix(".ipynb")), str(out)]) == 1
    said = capsys.readouterr().err
    assert "chapter 02_two failed in cell [3]" in said
    assert "ValueError: too loud" in said
    assert "02_two.failed.ipynb" in said
    assert "\x1b" not in said
    assert out.read_text(encoding="utf-8") == "the old one"
    kept = nbformat.read(project / "02_two.failed.ipynb", as_version=4)
    assert any("too loud" in str(c.get("outputs", "")) for c in kept.cells)
    names = {path.name for path in project.iterdir()}
    assert names == {
        "pyproject.toml",
        "notebooks",
        "02_two.ipynb",
        "02_two.failed.ipynb",
    }


@pytest.mark.parametrize("name", ["jupytext", "papermill"])
def test_a_missing_tool_is_a_sentence(project, monkeypatch, capsys, name):  # 7
    monkeypatch.setitem(sys.modules, name, None)
    command = {
        "jupytext": ["sync", str(project / "notebooks")],
        "papermill": ["run", str(one(project)), str(project / "o.ipynb")],
    }[name]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert f"need the package '{name}'" in said
    assert "pip install" in said


def test_the_command_pairs_and_checks(project, capsys):  # 1, 2
    folder = str(project / "notebooks")
    one(project).unlink()
    assert main(["sync", "--check", folder]) == 1
    assert "01_one.ipynb: was never generated" in capsys.readouterr().err
    assert main(["sync", folder]) == 0
    assert "wrote" in capsys.readouterr().out
    assert main(["sync", "--check", folder]) == 0
    with pytest.raises(SystemExit) as usage:
        main(["walk"])
    assert usage.value.code == 2


def test_a_line_that_papermill_cannot_read_is_an_error(project):  # 4
    source = project / "notebooks" / "02_two.py"
    source.write_text('# %% tags=["parameters"]\na = "b=c"  # x\n', encoding="utf-8")
    sync_notebooks(project / "notebooks")
    with pytest.raises(ChapterError, match="cannot read the line of parameter 'a'"):
        accepted(source.with_suffix(".ipynb"))


def test_parameters_as_words_are_read_back(project):  # 4
    known = accepted(one(project))
    values = {"corpus": "my 'corpus'", "seeds": [1, 2], "fast": True, "seed": None}
    words = as_words(values)
    read = {words[i + 1]: words[i + 2] for i in range(0, len(words), 3)}
    assert {name: known[name].parse(text) for name, text in read.items()} == values
    assert as_words({"corpus": ""}) == []  # an empty word would be lost in a shell


def test_without_tomllib_notebooks_are_generated(project, monkeypatch):  # 8
    """B19: ``pair`` imported tomllib, which Python 3.10 does not have."""
    monkeypatch.setitem(sys.modules, "tomllib", None)
    one(project).unlink()
    assert sync_notebooks(project / "notebooks") == [one(project)]
