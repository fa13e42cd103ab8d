"""What is recorded of an executed chapter, and when it is out of date.

Contracts:
1. A chapter depends on the modules it imports and on all that these import; a name that
   a package re-exports counts for the module that defines it.
2. A change of code in such a module changes the record; comments and docstrings do
   not, nor do prose, captions, outputs and times of files.
3. Files that a chapter declares to read, plugins and templates belong to its record.
4. The commit is named, with a remark if there are changes on top.
"""

import subprocess
from pathlib import Path

import nbformat
import pytest

from antispoof_report.notebooks import KEY, provenance

ROOT = Path(__file__).resolve().parents[1]
NEW = nbformat.v4
# `house` only re-exports names; `shop` has code of its own.
LIBRARY = {
    "zoo/__init__.py": "",
    "zoo/house/__init__.py": "from zoo.house.cat import purr\n"
    "from zoo.house.dog import bark\n",
    "zoo/house/cat.py": "from zoo import food\n\ndef purr():\n    return food.fish()\n",
    "zoo/house/dog.py": "def bark():\n    from zoo.food import meat\n    return meat\n",
    "zoo/house/mouse.py": "def squeak():\n    return 1\n",
    "zoo/food.py": "meat = 1\n\ndef fish():\n    return 2\n",
    "zoo/shop.py": "OPEN = True\n",
}


@pytest.fixture
def library(tmp_path, monkeypatch):
    """The folder ``lib`` of a project."""
    for name, text in LIBRARY.items():
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path / "lib")
    provenance._graph.cache_clear()
    yield tmp_path / "lib"
    provenance._graph.cache_clear()


def test_dependencies(library):  # 1
    for code, needed in (
        ("from zoo.house import purr", "zoo.food zoo.house.cat"),
        ("from zoo import house\nhouse.purr()", "zoo.food zoo.house.cat"),
        ("import zoo.house as h\nh.bark()", "zoo.food zoo.house.dog"),
        ("from zoo.house import mouse", "zoo.house.mouse"),
        ("from zoo.shop import OPEN", "zoo.shop"),
        ("import os\nos.path.join('zoo', 'house')", ""),
    ):
        assert provenance.dependencies(code, library) == needed.split()


def test_the_real_chapters_depend_on_what_they_use():  # 1
    found = {
        path.stem[:2]: set(provenance.hash_code(nbformat.read(path, 4), root=ROOT))
        for path in sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
    }
    for chapter in ("03", "04", "05", "06", "07"):
        assert "antispoof.training.loop" in found[chapter]
        assert any(name.startswith("data/study") for name in found[chapter])
    assert "antispoof.training.loop" not in found["00"] | found["02"]
    assert "antispoof.cli" not in "".join(set().union(*found.values()))


@pytest.fixture
def chapter(tmp_path, library):
    """A notebook in a project with that library."""
    code = NEW.new_code_cell("from zoo.house import purr\npurr()", id="b")
    cells = [NEW.new_markdown_cell("# Why?", id="a"), code]
    notebook = NEW.new_notebook(cells=cells, metadata={KEY: {"reads": ["numbers.txt"]}})
    (tmp_path / "numbers.txt").write_text("1")
    nbformat.write(notebook, tmp_path / "01_a.ipynb")
    return tmp_path / "01_a.ipynb"


def test_what_changes_the_record(chapter):  # 2
    root, node = chapter.parent, nbformat.read(chapter, as_version=4)

    def record():
        nbformat.write(node, chapter)
        return provenance.notebook_hash(chapter, root=root)

    before = record()
    prose, code = node.cells
    prose.source = "# Why not?"
    code.metadata.mystnb = {"caption": "A."}
    code.outputs = [NEW.new_output("stream", text="2")]
    food = root / "lib/zoo/food.py"
    food.write_text(f'"""What animals eat."""\n\n{food.read_text()}# A remark.\n')
    assert record() == before
    code.source += "\npurr()"
    edited = record()
    assert edited != before
    (root / "lib/zoo/house/mouse.py").write_text("x = 1\n")  # not depended on
    assert record() == edited
    food.write_text("def fish():\n    return 7\n")
    assert record() != edited


def test_declared_files_plugins_and_templates_belong_to_the_record(
    chapter, monkeypatch
):  # 3
    root = chapter.parent

    def record():
        return provenance.hash_code(nbformat.read(chapter, 4), root=root)

    before = record()
    (root / "numbers.txt").write_text("2")
    assert provenance.changed(before, record()) == ["numbers.txt"]
    (root / "lib" / "my_plugin.py").write_text("x = 1\n")
    monkeypatch.setenv("ANTISPOOF_PLUGINS", "my_plugin")
    (root / "lib/zoo/templates").mkdir()
    (root / "lib/zoo/templates/a.html").touch()
    changed = provenance.changed(before, record())
    assert changed == ["my_plugin", "numbers.txt", "zoo/templates/a.html"]


def test_a_commit(tmp_path):  # 4
    assert provenance.commit(tmp_path) == provenance.UNKNOWN
    file = tmp_path / "file"
    file.write_text("1")
    person = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-C", tmp_path, *person, *command], check=True)
    clean = provenance.commit(tmp_path)
    assert len(clean) == 12
    file.write_text("2")
    assert provenance.commit(tmp_path) == f"{clean} with uncommitted changes"
