"""From a chapter's source (``.py``) to its clean notebook (``.ipynb``).

jupytext reads the source. The notebook is a pure function of it and of the
repository's address: cell ids come from the cells' content (those of jupytext are
random), there are no outputs, and metadata is fixed, so generating twice gives the same
bytes. ``{{repository}}`` in a source is replaced by the address under
``[project.urls]`` in ``pyproject.toml``, its one place.

The book is built from the sources (:func:`read_chapter`). The notebooks are for opening
elsewhere, and have no MyST roles.
"""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from antispoof.files import atomic_path
from antispoof_report.notebooks import (
    CHAPTER,
    KEY,
    ChapterError,
    Declaration,
    project_root,
)
from antispoof_report.notebooks.plain import without_roles

MAX_BYTES = 50_000  # of a clean notebook
PLACEHOLDER = "{{repository}}"
CELL_OPTIONS = ("mystnb", "tags")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
METADATA = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
# Not tomllib, which Python 3.10 lacks.
ADDRESS = re.compile(r'^Repository\s*=\s*"(.+?)/?"', re.MULTILINE)


def repository(root: Path) -> str:
    """The repository's address, as ``root/pyproject.toml`` gives it."""
    path = root / "pyproject.toml"
    found = ADDRESS.search(path.read_text("utf-8"))
    if found is None:
        raise ChapterError(f"{path}: [project.urls] must have the key Repository")
    return found[1]


def set_ids(notebook: NotebookNode) -> NotebookNode:
    """Give each cell an id from its kind and source; equal cells are numbered.

    An id does not depend on the position of the cell, so that inserting one cell
    changes only that cell's lines in the notebook's diff.
    """
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        content = f"{cell.cell_type}\n{cell.source}"
        digest = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()
        seen[content] += 1
        cell.id = digest[:12]
    return notebook


def read_chapter(notebook: Path) -> NotebookNode:
    """A chapter with its MyST roles: its source, if that is beside the notebook."""
    source = Path(notebook).with_suffix(".py")
    if not source.is_file():
        return nbformat.read(notebook, as_version=4)
    return read_source(source, address=repository(project_root(source.parent)))


def read_source(source: Path, *, address: str) -> NotebookNode:
    """The notebook of one source, with its MyST roles.

    Parameters
    ----------
    source : the chapter in percent format
    address : replaces ``{{repository}}``
    """
    try:
        notebook = jupytext.reads(source.read_text("utf-8"), fmt="py:percent")
    except nbformat.ValidationError as error:
        raise ChapterError(f"{source}: {error.message}") from error
    declared = notebook.metadata.get(KEY)
    Declaration.from_metadata(notebook.metadata, where=str(source))
    for cell in notebook.cells:
        cell.metadata.pop("lines_to_next_cell", None)  # two, after a function
        # jupytext keeps what it cannot parse under names of its own.
        if not set(cell.metadata) <= set(CELL_OPTIONS):
            raise ChapterError(
                f"{source}: a cell has the options {dict(cell.metadata)}; accepted are"
                f' {", ".join(CELL_OPTIONS)}, as key=JSON such as tags=["hide-input"]'
            )
        cell.source = cell.source.replace(PLACEHOLDER, address)
    notebook.metadata = METADATA | ({KEY: declared} if declared else {})
    notebook.nbformat_minor = 5
    return set_ids(notebook)


def generate_all(folder: Path) -> dict[Path, str]:
    """Notebook -> text without MyST roles, for every ``NN_name.py`` of a folder."""
    address = repository(project_root(folder))
    found = sorted(Path(folder).glob(f"{CHAPTER}.py"))
    if not found:
        raise ChapterError(f"{folder}: holds no chapter (NN_name.py)")
    texts = {}
    for path in found:
        notebook = read_source(path, address=address)
        plain = without_roles(notebook, path.parent, address)
        texts[path.with_suffix(".ipynb")] = nbformat.writes(set_ids(plain)) + "\n"
    return texts


def sync_notebooks(folder: Path) -> list[Path]:
    """Generate every chapter's notebook; returns those that changed."""
    changed = []
    for notebook, text in generate_all(folder).items():
        if not notebook.exists() or notebook.read_text("utf-8") != text:
            with atomic_path(notebook) as temporary:
                temporary.write_text(text, "utf-8")
            changed.append(notebook)
    return changed


def check(folder: Path) -> list[str]:
    """What is wrong with the notebooks of a folder, one sentence each."""
    expected, root = generate_all(folder), project_root(folder)
    problems = [
        f"{orphan.name}: has no source {orphan.stem}.py"
        for orphan in sorted(Path(folder).glob("*.ipynb"))
        if orphan not in expected
    ]
    for notebook, text in expected.items():
        name, size = notebook.name, len(text.encode())
        if not notebook.is_file() or notebook.read_text("utf-8") != text:
            problems.append(f"{name}: is not what its source generates")
        if size > MAX_BYTES:
            problems.append(f"{name}: {size} bytes; at most {MAX_BYTES} are accepted")
        for path in json.loads(text)["metadata"].get(KEY, {}).get("reads", ()):
            if not (root / path).exists():
                problems.append(f"{name}: declares {path}, which does not exist")
    return problems
