"""What an executed chapter is stamped with, and when the stamp is out of date.

Contracts:
1. Dependencies are followed through modules as a whole, and through doors by the names
   that are used; what is not reached does not count.
2. A change of one line in any module of the library, in turn, is told of by every
   chapter that depends on it, and by no other; a comment or a docstring by none.
3. What chapters depend on is what they import and call: checked on the real library
   against an import graph made by another program.
4. Recorded runs and the result of the benchmarks belong to the stamp of their readers.
5. A commit is named, with a remark if there are changes on top.
6. What a chapter's results are made from is one fingerprint, by which book and sweeps
   run it again: prose, captions, outputs and times of files leave it as it is; code in
   a cell and in the library below change it.
"""

import os
import shutil
import subprocess
from pathlib import Path

import grimp
import nbformat
import pytest

from antispoof_report import benchmarks
from antispoof_report.notebooks import ChapterError, provenance
from antispoof_report.notebooks.dependencies import dependencies, library

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = library(ROOT / "lib")
CHAPTERS = {
    path.stem: provenance.code_of(nbformat.read(path, as_version=4))
    for path in sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
}

# A zoo: `house` only passes names on, `shop` has code of its own.
ZOO = {
    "zoo": '"""A zoo."""\n\n__version__ = "1"\n',
    "zoo.house": (
        "from zoo.house.cat import purr\nfrom zoo.house.dog import bark\n"
        "from zoo.shop.till import pay as entry\n\n"
        '__all__ = ["bark", "entry", "purr"]\n'
    ),
    "zoo.house.cat": "from zoo import food\n\ndef purr():\n    return food.fish()\n",
    "zoo.house.dog": "def bark():\n    from zoo.food import meat\n    return meat\n",
    "zoo.house.mouse": "def squeak():\n    return 1\n",
    "zoo.food": "meat = 1\n\ndef fish():\n    return 2\n",
    "zoo.shop": "from zoo.shop.till import pay\n\nOPEN = bool(pay)\n",
    "zoo.shop.till": "def pay():\n    return 3\n",
    "zoo.shop.list": 'ITEMS = ("zoo.house", "other")\n',
}


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import zoo", ""),
        ("import zoo\nzoo.__version__", "zoo"),
        ("from zoo import house", ""),
        ("from zoo import house\nhouse.purr()", "zoo.food zoo.house.cat"),
        ("from zoo.house import purr", "zoo.food zoo.house.cat"),
        ("from zoo.house import purr as hum", "zoo.food zoo.house.cat"),
        ("import zoo.house as h\nh.bark()", "zoo.food zoo.house.dog"),
        ("import zoo.house\nzoo.house.bark()", "zoo.food zoo.house.dog"),
        ("import zoo.house.mouse", "zoo.house.mouse"),
        ("from zoo.house import mouse", "zoo.house.mouse"),
        ("from zoo import house\nhouse.entry()", "zoo.shop zoo.shop.till"),
        ("from zoo import house\nhouse.__all__", "zoo.house"),
        (
            "from zoo import house\nprint(house)",
            "zoo.food zoo.house.cat zoo.house.dog zoo.shop zoo.shop.till",
        ),
        ("from zoo.shop import till", "zoo.shop zoo.shop.till"),
        ("from zoo.shop import OPEN", "zoo.shop zoo.shop.till"),
        (
            "from zoo.shop import list",
            "zoo.food zoo.house.cat zoo.house.dog zoo.house.mouse zoo.shop "
            "zoo.shop.list zoo.shop.till",
        ),
        ("import os\nos.path.join('zoo', 'house')", ""),
    ],
)
def test_dependencies(code, needed):  # 1
    assert dependencies(code, ZOO) == needed.split()


def test_a_name_that_comes_from_elsewhere_is_another_dependency():  # 1
    moved = ZOO | {"zoo.house": "from zoo.house.mouse import squeak as purr\n"}
    assert dependencies("from zoo.house import purr", moved) == ["zoo.house.mouse"]


def test_what_is_not_python_is_an_error():  # 1
    with pytest.raises(ChapterError, match=r"zoo\.food is not Python: .*line 1"):
        dependencies("import zoo.food", ZOO | {"zoo.food": "meat =\n"})
    with pytest.raises(ChapterError, match="zoo has a relative import"):
        dependencies("import zoo\nzoo.x", ZOO | {"zoo": "from . import food\n"})


def stamps(sources):
    """Stamps of all chapters, in a project without recorded runs."""
    nowhere = ROOT / "tests"
    return {
        name: provenance.of_code(nowhere, code, sources)
        for name, code in CHAPTERS.items()
    }


def named(before, sources):
    """Chapters whose stamp differs under changed sources."""
    now = stamps(sources)
    return {name for name in CHAPTERS if provenance.changed(before[name], now[name])}


@pytest.fixture(scope="module")
def before():
    return stamps(LIBRARY)


def one_line_changed(text):
    """A source that does something else: its last line of code is followed by one."""
    return f"{text}\n_CHANGED = print\n"


def test_every_mutation_is_named_by_the_chapters_it_affects(before):  # 2
    named_somewhere = 0
    for module, text in LIBRARY.items():
        affected = {name for name, made in before.items() if module in made}
        found = named(before, LIBRARY | {module: one_line_changed(text)})
        if not affected and found:
            # A door with code of its own is one no more: whoever goes through it.
            assert all(f"{module}." in " ".join(before[name]) for name in found)
        else:
            assert found == affected, module
        named_somewhere += bool(found)
    assert named_somewhere > len(LIBRARY) / 2


def test_remarks_are_named_by_none(before):  # 2
    for module, text in LIBRARY.items():
        remarked = LIBRARY | {module: f"# A remark.\n{text}\n# Another.\n"}
        assert named(before, remarked) == set(), module


def test_some_changes_and_who_must_run_again(before):  # 2, read off the chapters
    def after(module):
        changed = LIBRARY | {module: one_line_changed(LIBRARY[module])}
        return {name[:2] for name in named(before, changed)}

    everything = {name[:2] for name in CHAPTERS}
    # What things cost was measured beforehand: that chapter reads no corpus.
    assert after("antispoof_report.page_header") == everything - {"09"}
    assert after("antispoof_report.html") == everything
    assert after("antispoof_report.diagrams.background") == {"00"}
    assert after("antispoof.corpora.auditing") == {"01"}
    assert after("antispoof.plots.features") == {"02"}
    assert after("antispoof.plots.forest") == {"07"}
    assert after("antispoof.cli.train") == set()
    assert {"03", "04", "05", "06", "07"} <= after("antispoof.training.loop")
    assert not {"00", "01", "02"} & after("antispoof.training.loop")


def test_nothing_is_depended_on_that_is_not_imported(before):  # 3
    graph = grimp.build_graph("antispoof", cache_dir=None)
    for name, code in CHAPTERS.items():
        roots = {
            module
            for module in LIBRARY
            for part in [module.removeprefix("antispoof.").split(".")[0]]
            if part in code
        }
        within = roots.union(*map(graph.find_upstream_modules, roots))
        parents = {m.rpartition(".")[0] for m in within}
        assert set(before[name]) <= within | parents


def test_recorded_runs_belong_to_the_stamp(tmp_path):  # 4
    folder = tmp_path / provenance.DATA["antispoof.runs.references"][0]
    folder.mkdir(parents=True)
    (folder / "scores.txt").write_text("0.5\n")
    code = "from antispoof import runs\nruns.recorded()"
    first = provenance.of_code(tmp_path, code, LIBRARY)
    (folder / "scores.txt").write_text("0.6\n")
    then = provenance.of_code(tmp_path, code, LIBRARY)
    assert provenance.changed(first, then) == ["data/reference-runs"]
    other = provenance.of_code(
        tmp_path, "from antispoof import audio\naudio.decode", LIBRARY
    )
    assert "data/reference-runs" not in other


def test_of_the_benchmarks_one_file_belongs_to_the_stamp(tmp_path):  # 4
    file = tmp_path / benchmarks.BENCH
    file.parent.mkdir(parents=True)
    file.write_text("1")
    code = "from antispoof import report\nreport.costs.measured()"
    first = provenance.of_code(tmp_path, code, LIBRARY)
    file.with_name("another.json").write_text("2")
    assert provenance.changed(first, provenance.of_code(tmp_path, code, LIBRARY)) == []
    file.write_text("2")
    then = provenance.of_code(tmp_path, code, LIBRARY)
    assert provenance.changed(first, then) == [benchmarks.BENCH]


def test_a_commit(tmp_path):  # 5
    git = shutil.which("git")
    assert provenance.commit(tmp_path) == provenance.UNKNOWN
    if git is None:
        pytest.skip("git is not installed")

    def do(*command):
        person = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run([git, "-C", tmp_path, *person, *command], check=True)

    file = tmp_path / "file"
    file.write_text("1")
    do("init", "-q")
    do("add", ".")
    do("commit", "-qm", "one")
    clean = provenance.commit(tmp_path)
    assert len(clean) == 12
    file.write_text("2")
    assert provenance.commit(tmp_path) == f"{clean} with uncommitted changes"


@pytest.fixture
def chapter(tmp_path):  # 6
    """A notebook in a project whose library is the zoo."""
    for name, text in ZOO.items():
        package = any(other.startswith(f"{name}.") for other in ZOO)
        path = tmp_path / "lib" / name.replace(".", "/")
        path = path / "__init__.py" if package else path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    notebook = tmp_path / "01_a.ipynb"
    new = nbformat.v4
    cells = [
        new.new_markdown_cell("# Why?", id="a"),
        new.new_code_cell("from zoo.house import purr\npurr()", id="b"),
    ]
    nbformat.write(new.new_notebook(cells=cells), notebook)
    return notebook


def edit(notebook, change):
    node = nbformat.read(notebook, as_version=4)
    change(*node.cells)
    nbformat.write(node, notebook)


SAME = {
    "prose": lambda prose, code: prose.update(source="# Why not?"),
    "a caption": lambda prose, code: code.metadata.update(mystnb={"caption": "A cat."}),
    "an output": lambda prose, code: code.update(
        outputs=[nbformat.v4.new_output("stream", text="2")], execution_count=1
    ),
}


@pytest.mark.parametrize("change", SAME)
def test_words_make_no_other_results(chapter, change):  # 6
    before = provenance.notebook_hash(chapter, root=chapter.parent)
    edit(chapter, SAME[change])
    os.utime(chapter, (0, 0))
    assert provenance.notebook_hash(chapter, root=chapter.parent) == before


def test_code_makes_other_results(chapter):  # 6
    root = chapter.parent
    before = provenance.notebook_hash(chapter, root=root)
    edit(chapter, lambda prose, code: code.update(source=f"{code.source}\npurr()"))
    edited = provenance.notebook_hash(chapter, root=root)
    (root / "lib/zoo/house/mouse.py").write_text("x = 1\n")  # not depended on
    assert provenance.notebook_hash(chapter, root=root) == edited != before
    (root / "lib/zoo/food.py").write_text("def fish():\n    return 7\n")
    assert provenance.notebook_hash(chapter, root=root) != edited
