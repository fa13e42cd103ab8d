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
7. The library supports Python 3.10, which has no tomllib (B19).
"""

import json
import sys

import nbformat
import pytest

from antispoof.errors import AntispoofError, ParameterError
from antispoof_report.notebooks import ChapterError, provenance
from antispoof_report.notebooks.__main__ import main
from antispoof_report.notebooks.execute import run
from antispoof_report.notebooks.parameters import accepted, as_words, checked
from antispoof_report.notebooks.sync import MAX_BYTES, check, sync_notebooks

ADDRESS = "https://example.org/us/it"
TAGGED = '# %% tags=["parameters"]\n'

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
    (tmp_path / "pyproject.toml").write_text(f'Repository = "{ADDRESS}"\n', "utf-8")
    (tmp_path / "notebooks").mkdir()
    write(tmp_path, SOURCE)
    write(tmp_path, f"{TAGGED}other = 1\n", "02_two")
    return tmp_path


def write(project, source, name="01_one"):
    """Write a chapter's source and generate its notebook; returns the notebook."""
    path = project / "notebooks" / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    sync_notebooks(path.parent)
    return path.with_suffix(".ipynb")


def one(project):
    return project / "notebooks" / "01_one.ipynb"


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_generating_again_changes_nothing(project, monkeypatch):  # 1, 7
    """B19: ``pair`` imported tomllib, which Python 3.10 does not have."""
    monkeypatch.setitem(sys.modules, "tomllib", None)
    before = one(project).read_bytes()
    assert sync_notebooks(project / "notebooks") == []
    one(project).unlink()
    assert sync_notebooks(project / "notebooks") == [one(project)]
    assert one(project).read_bytes() == before


def test_a_generated_notebook_is_valid_and_clean(project):  # 1, 3
    notebook = nbformat.read(one(project), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"
    assert code[1].metadata.tags == ["hide-input"]
    assert code[1].metadata.mystnb.figure.caption == "A figure."
    assert f"From {ADDRESS}." in notebook.cells[0].source


def test_ids_come_from_content_not_position(project):  # 1
    before = [cell["id"] for cell in cells(one(project))]
    assert len(set(before)) == len(before)  # also of the two equal cells
    write(project, SOURCE.replace("# %% tags", "# %%\nnew = 1\n\n# %% tags", 1))
    after = [cell["id"] for cell in cells(one(project))]
    assert len(after) == len(before) + 1
    assert [i for i in after if i in before] == before


def test_every_difference_is_named(project, capsys):  # 2
    folder = project / "notebooks"
    (folder / "02_two.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    one(project).rename(folder / "09_lost.ipynb")
    assert main(["sync", "--check", str(folder)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "09_lost.ipynb: has no source 09_lost.py",
        "01_one.ipynb: is not what its source generates",
        "02_two.ipynb: is not what its source generates",
    ]
    (folder / "09_lost.ipynb").unlink()
    assert main(["sync", str(folder)]) == 0
    notebook = nbformat.read(one(project), as_version=4)
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="1")]
    nbformat.write(notebook, one(project))
    (problem,) = check(folder)
    assert problem.startswith("01_one.ipynb: is not")


@pytest.mark.parametrize(
    ("declared", "prose", "reason"),
    [
        ("{reads: [data/none]}", "", "declares data/none, which does not exist"),
        ("{trained: cnn}", "", "keys trained; accepted: trains, compares, reads"),
        ("{trains: cnn}", "word " * (MAX_BYTES // 5), "bytes; at most 50000"),
    ],
)
def test_what_a_chapter_declares_and_its_size(project, declared, prose, reason):  # 2
    text = SOURCE.replace("# jupyter:\n", f"# jupyter:\n#   antispoof: {declared}\n", 1)
    text += f"\n# %% [markdown]\n# {prose}\n"
    try:
        write(project, text)
        problems = check(project / "notebooks")
    except ChapterError as error:
        problems = [str(error)]
    assert reason in problems[0]


def test_options_that_cannot_be_read_raise(project):  # 1
    for options, reason in (
        ('tags=["a", oops', "accepted are mystnb, tags"),
        ("A title", "the options {'title'"),
        ('tags="a"', "is not of type 'array'"),
    ):
        with pytest.raises(ChapterError, match=rf"01_one\.py: .*{reason}"):
            write(project, f"# %% {options}\nx = 1\n")


def test_parameters_are_read_with_their_types(project):  # 4
    found = accepted(one(project))
    kinds = ["str", "list", "int", "float", "bool", "any", "int or None"]
    assert [parameter.kind for parameter in found.values()] == kinds
    assert found["epochs"].help == "passes"


def test_a_value_of_the_wrong_type_raises(project):  # 4
    wrong = [("seeds", [0.5]), ("rate", "fast"), ("fast", 1), ("corpus", 7)]
    wrong += [("epochs", value) for value in (2.5, "3", True)]
    for name, value in [*wrong, ("seeds", 3), ("seeds", ["a"]), ("seed", "a")]:
        with pytest.raises(ParameterError, match=f"01_one: parameter '{name}' takes"):
            checked({name: value}, accepted(one(project)), where="chapter 01_one")


def test_typed_text_becomes_the_parameters_type(project):  # 4
    known = accepted(one(project))
    for name, text, value in [
        *[("epochs", "3", 3), ("seeds", "[4, 5]", [4, 5]), ("rate", "2", 2)],
        *[("rate", "1e-3", 1e-3), ("fast", "true", True), ("corpus", "7", "7")],
        *[("corpus", "true", "true"), ("seed", "3", 3), ("seed", "null", None)],
        ("note", "3", 3),
    ]:
        read = known[name].parse(text)
        assert read == value
        assert known[name].accepts(read)


def test_parameters_that_do_not_fit_raise(project):  # 4
    for profile, arguments, reason in (
        ("", {"seeds": "[1, 2"}, "parameter 'seeds' takes list"),
        ("", {"epoch": "3"}, r"'epoch'.*corpus \(str\).*epochs \(int\)"),
        ("epoch: 5", {}, "has no parameter 'epoch'"),
        ("epochs: many", {}, "parameter 'epochs' takes int"),
        ("- epochs", {}, "must hold lines"),
        ("epochs: [", {}, "must hold lines"),
    ):
        path = project / "mini.yaml"
        path.write_text(profile, encoding="utf-8")
        with pytest.raises(ParameterError, match=reason):
            run(one(project), project / "o.ipynb", profile=path, arguments=arguments)


def test_a_parameters_cell_that_cannot_be_read_raises(project):  # 4
    for source, reason in (
        ("# %%\nx = 1\n", "0 cells tagged 'parameters'"),
        (f"{TAGGED}a = f()\n", r"parameter 'a' is f\(\), not a plain value"),
        (f"{TAGGED}a = None  # type: number\n", "'a' is number; accepted: bool, dict"),
    ):
        with pytest.raises(AntispoofError, match=reason):
            accepted(write(project, source, "02_two"))


def test_parameters_as_words_are_read_back(project):  # 4
    known = accepted(one(project))
    values = {"corpus": "my 'corpus'", "seeds": [1, 2], "fast": True, "seed": None}
    words = as_words(values)
    read = {words[i + 1]: words[i + 2] for i in range(0, len(words), 3)}
    assert {name: known[name].parse(text) for name, text in read.items()} == values
    assert as_words({"corpus": ""}) == []  # an empty word would be lost in a shell


def test_a_run_is_published_clean(project):  # 4, 5
    profile = project / "mini.yaml"
    profile.write_text("epochs: 5\nother: 3\n", encoding="utf-8")
    out = project / "out" / "{odd} name.ipynb"
    run(one(project), out, profile=profile, arguments={"seeds": "[4]"})
    for word in (str(project), "start_time", "duration", "timestamp", "iopub"):
        assert word not in out.read_text(encoding="utf-8")
    notebook = nbformat.read(out, as_version=4)
    nbformat.validate(notebook)
    printed = [o.text for c in notebook.cells for o in c.get("outputs", [])]
    assert printed[0].split() == [project.name, "[4]", "5"]
    injected = [c.source for c in notebook.cells if "# Parameters" in c.source]
    assert injected == ["# Parameters\nepochs = 5\nseeds = [4]\n"]
    made = notebook.metadata[provenance.KEY]
    assert (made["parameters"]["epochs"], made["parameters"]["fast"]) == (5, False)
    assert (made["code"], made["commit"]) == ({}, provenance.UNKNOWN)
    assert 0 < made["seconds"] < 600
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_failed_run_changes_nothing_and_says_why(project, capsys):  # 6
    code = '\n# %%\ndone = 1\n\n# %%\n# why\nraise ValueError("too loud")\n'
    notebook = write(project, f"{TAGGED}a = 1\n{code}", "02_two")
    out = project / "02_two.ipynb"
    out.write_text("the old one", encoding="utf-8")
    assert main(["run", str(notebook), str(out)]) == 1
    message = capsys.readouterr().err
    for part in ("chapter 02_two", "In [3]", "ValueError: too loud", ".failed.ipynb"):
        assert part in message
    assert out.read_text(encoding="utf-8") == "the old one"
    kept = nbformat.read(project / "02_two.failed.ipynb", as_version=4)
    assert any("too loud" in str(c.get("outputs", "")) for c in kept.cells)
