"""Executed notebooks, without Sphinx: where they lie, if they count, what they say.

A chapter has two notebooks. The *source* (``notebooks/NN_name.ipynb``) is clean and
holds the prose of today. The *run* (``_build/executed/NN_name.ipynb``) is what
papermill left. They are joined only if their code is the same, and the library's code
under it, so that a page never shows an output beside code that did not make it, and
prose can change without a run.
"""

from __future__ import annotations

from ast import literal_eval
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from antispoof_report.notebooks import provenance

FOLDER = "notebooks"
"""Where the chapters lie below the book's root, as Sphinx names documents."""

NOT_RUN = "has not been run yet"
CUT_OFF = "was cut off or failed when it was last run"
CHANGED = "has changed since it was last run"
UNSTAMPED = "was not run by `make book`, so nobody knows which code made its results"
OTHER_CODE = "was last run with other code of the library"
NAMED = 3  # of the modules that have changed


def run_path(root: Path, docname: str) -> Path:
    """Where the run of the chapter ``docname`` lies below the book's ``root``."""
    return root / "_build" / "executed" / f"{Path(docname).name}.ipynb"


def read(text: str) -> NotebookNode:
    """Notebook from its JSON, brought to version 4."""
    return nbformat.reads(text, as_version=4)


def shortcoming(
    source: NotebookNode, run: NotebookNode | None, root: Path
) -> str | None:
    """Why ``run`` may not be shown for ``source``: the end of a sentence, or None.

    ``root`` is the book's, where the library of today is.
    """
    if run is None:
        return NOT_RUN
    record = run.metadata.get("papermill", {})
    if record.get("exception") or record.get("end_time", "") is None:
        return CUT_OFF
    wrote = [cell.source for cell in source.cells if cell.cell_type == "code"]
    ran = [cell.source for cell in _code(run) if not _is_injected(cell)]
    if wrote != ran:
        return CHANGED
    if provenance.KEY not in run.metadata:
        return UNSTAMPED
    then = run.metadata[provenance.KEY]["code"]
    changed = provenance.changed(then, provenance.hash_code(source, root=root))
    return f"{OTHER_CODE} ({_listed(changed)})" if changed else None


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def join(source: NotebookNode, run: NotebookNode) -> NotebookNode:
    """``source`` with the outputs of ``run``, whose code must be the same.

    Prose, captions and tags are the source's. The cell in which papermill wrote the
    parameters of the run stays where it was, below the defaults.
    """
    ran = _code(run)
    cells = [cell for cell in ran[:1] if _is_injected(cell)]
    position = len(cells)
    for cell in source.cells:
        if cell.cell_type != "code":
            cells.append(cell)
            continue
        cells.append(NotebookNode({**ran[position], "metadata": cell.metadata}))
        position += 1
        while position < len(ran) and _is_injected(ran[position]):
            cells.append(ran[position])
            position += 1
    return NotebookNode({**source, "cells": cells})


def with_note(source: NotebookNode, why: str) -> NotebookNode:
    """``source`` with a box below its title that says ``why`` it shows no results."""
    note = (
        ":::{admonition} No results on this page yet\n:class: warning\n"
        f"The code of this chapter {why}, so its figures and numbers are missing. "
        "`make book` runs it.\n:::"
    )
    first, *rest = source.cells
    title, _, body = first.source.partition("\n")
    if first.cell_type == "markdown" and title.startswith("# "):
        first = NotebookNode({**first, "source": f"{title}\n\n{note}\n{body}"})
        return NotebookNode({**source, "cells": [first, *rest]})
    cell = nbformat.v4.new_markdown_cell(note, id="no-results")
    return NotebookNode({**source, "cells": [cell, first, *rest]})


def glued(run: NotebookNode) -> dict[str, str]:
    """Values that the run glued, by name, as text for a sentence."""
    values = {}
    for cell in _code(run):
        for output in cell.outputs:
            scrap = output.get("metadata", {}).get("scrapbook")
            if scrap is not None:
                prefix = scrap.get("mime_prefix", "")
                values[scrap["name"]] = _plain(output["data"][f"{prefix}text/plain"])
    return values


def _plain(shown: str) -> str:
    """A value as Python showed it, without the quotes of a string."""
    if shown[:1] in ("'", '"'):
        return literal_eval(shown)
    return shown


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _is_injected(cell: NotebookNode) -> bool:
    return "injected-parameters" in cell.metadata.get("tags", ())
