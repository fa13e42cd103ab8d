"""From a chapter's source (``.py``) to its clean notebook (``.ipynb``).

The notebook is a pure function of its source and of the repository's address: cell
ids come from the cells' content, there are no outputs, and metadata is fixed, so that
generating twice gives the same bytes. ``{{repository}}`` in a source stands for the
address under ``[project.urls]`` in ``pyproject.toml``, its one place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from antispoof_report.notebooks import ChapterError, project_root, tool

MAX_BYTES = 50_000  # of a clean notebook
PLACEHOLDER = "{{repository}}"
CELL_OPTIONS = ("mystnb", "tags")
METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def repository(root: Path) -> str:
    """The repository's address, from ``[project.urls]`` of ``root/pyproject.toml``."""
    import tomllib

    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    urls = settings.get("project", {}).get("urls", {})
    address = {key.lower(): value for key, value in urls.items()}.get("repository")
    if address is None:
        raise ChapterError(
            f"{root / 'pyproject.toml'} has no Repository under [project.urls], "
            f"and {PLACEHOLDER} in the chapters stands for it"
        )
    return address.rstrip("/")


def cell_ids(cells: Iterable) -> list[str]:
    """An id for each cell, from its kind and source; equal cells are numbered.

    An id does not depend on where the cell stands, so that inserting one cell
    changes one cell's lines in the notebook's diff.
    """
    seen: Counter[str] = Counter()
    ids = []
    for cell in cells:
        content = f"{cell['cell_type']}\n{cell['source']}"
        digest = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()
        seen[content] += 1
        ids.append(digest[:12])
    return ids


def generate(source: Path, *, address: str) -> str:
    """The notebook's text for one source.

    Parameters
    ----------
    source : the chapter in percent format
    address : what ``{{repository}}`` becomes
    """
    jupytext = tool("jupytext")
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        raise ChapterError(f"{source}: cannot be read ({error.strerror})") from error
    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except tool("nbformat").ValidationError as error:
        raise ChapterError(f"{source}: {error.message}") from error
    cells = []
    for cell in notebook.cells:
        # jupytext keeps what it cannot parse under names of its own
        unknown = sorted(set(cell.metadata) - set(CELL_OPTIONS))
        if unknown:
            raise ChapterError(
                f"{source}: a cell has the option {unknown[0]!r} "
                f"({cell.metadata[unknown[0]]!r}); accepted are "
                f"{', '.join(CELL_OPTIONS)}, written key=JSON such as "
                'tags=["hide-input"]'
            )
        cells.append(
            {
                "cell_type": cell.cell_type,
                "metadata": dict(cell.metadata),
                "source": cell.source.replace(PLACEHOLDER, address),
            }
        )
    for cell, cell_id in zip(cells, cell_ids(cells), strict=True):
        cell["id"] = cell_id
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
        cell["source"] = cell["source"].splitlines(keepends=True)
    clean = {
        "cells": cells,
        "metadata": METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(clean, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def sources(folder: Path) -> list[Path]:
    """The chapters' sources in a folder: ``NN_name.py``, in order."""
    found = sorted(Path(folder).glob("[0-9][0-9]_*.py"))
    if not found:
        raise ChapterError(f"{folder}: holds no chapter (NN_name.py)")
    return found


def pair(folder: Path) -> list[Path]:
    """Generate every chapter's notebook; returns those that changed."""
    address = repository(project_root(folder))
    texts = {
        source.with_suffix(".ipynb"): generate(source, address=address)
        for source in sources(folder)
    }
    changed = []
    for notebook, text in texts.items():
        if notebook.exists() and notebook.read_text(encoding="utf-8") == text:
            continue
        partial = notebook.with_name(f".{notebook.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(notebook)
        changed.append(notebook)
    return changed


def check(folder: Path) -> list[str]:
    """What is wrong with the pairs of a folder, a sentence each; empty is good."""
    folder = Path(folder)
    address = repository(project_root(folder))
    expected = {
        source.with_suffix(".ipynb"): generate(source, address=address)
        for source in sources(folder)
    }
    problems = [
        f"{orphan.name}: has no source {orphan.stem}.py"
        for orphan in sorted(folder.glob("*.ipynb"))
        if orphan not in expected
    ]
    for notebook, text in expected.items():
        problems += _problems(notebook, text)
    return problems


def _problems(notebook: Path, expected: str) -> list[str]:
    if not notebook.is_file():
        return [f"{notebook.name}: was never generated"]
    text = notebook.read_text(encoding="utf-8")
    size = len(text.encode())
    problems = []
    if size > MAX_BYTES:
        problems.append(
            f"{notebook.name}: {size} bytes, at most {MAX_BYTES} are accepted"
        )
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError):
        return [*problems, f"{notebook.name}: is not a notebook"]
    if any(cell.get("outputs") for cell in cells):
        problems.append(f"{notebook.name}: holds outputs")
    if text != expected:
        problems.append(f"{notebook.name}: differs from what its source generates")
    return problems
