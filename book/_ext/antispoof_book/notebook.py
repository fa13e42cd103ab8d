"""Executed notebooks, without Sphinx: their paths, whether they are current, values.

A chapter has two notebooks. The *source* (``notebooks/NN_name.ipynb``) is clean and
holds the current prose. The *run* (``_build/executed/NN_name.ipynb``) is what papermill
executed. They are joined only if the code of both, and the code it depends on, is the
same, so that a page never shows an output beside code that did not make it, and prose
can change without a run.
"""

from ast import literal_eval
from pathlib import Path

from nbformat import NotebookNode

from antispoof_report.notebooks import provenance
from antispoof_report.notebooks.execute import INJECTED

FOLDER = "notebooks"
"""Folder of the chapters below the book's root, as Sphinx names documents."""

NOT_RUN = "has not been run yet"
CHANGED = "has changed since it was last run"
NO_RECORD = "was not run by `make book`, so it is unknown which code made its results"
OTHER_CODE = "was last run with other code of the library"
FOLDS = {  # what a folded cell holds -> what its bar says; the first that fits
    "solution": "Solution",
    "figure": "Code of the figure",
    "find_spec(": "Set-up: install the library where it is missing",
    "check_parameters()": "Set-up: check the parameters",
    "report.header(": "Set-up: imports and the corpus",
    "table(": "Code of the table",
}

MAX_NAMED = 3  # of the modules that have changed; dots stand for the others


def run_path(root: Path, docname: str) -> Path:
    """Path of the run of the chapter ``docname`` below the book's ``root``."""
    return root / "_build" / "executed" / f"{Path(docname).name}.ipynb"


def stale_reason(
    source: NotebookNode, run: NotebookNode | None, root: Path
) -> str | None:
    """Why ``run`` may not be shown for ``source``: the end of a sentence, or None.

    ``root`` is the book's folder, with the current library.
    """
    if run is None:
        return NOT_RUN
    written = [cell.source for cell in _code(source)]
    if written != [cell.source for cell in _code(run) if not _is_injected(cell)]:
        return CHANGED
    if provenance.KEY not in run.metadata:
        return NO_RECORD
    then = run.metadata[provenance.KEY]["code"]
    changed = provenance.changed(then, provenance.hash_code(source, root=root))
    named = [*changed[:MAX_NAMED], *["..."] * (len(changed) > MAX_NAMED)]
    return f"{OTHER_CODE} ({', '.join(named)})" if changed else None


def join(source: NotebookNode, run: NotebookNode) -> NotebookNode:
    """``source`` with the outputs of ``run``, whose code must be the same.

    Prose, captions and tags are the source's. The cell in which papermill wrote the
    parameters of the run stays below the defaults.
    """
    ran, cells = _code(run), []
    prose = iter(source.cells)
    for cell in ran:
        if _is_injected(cell):
            cells.append(cell)
            continue
        for own in prose:
            if own.cell_type == "code":
                cells.append(NotebookNode({**cell, "metadata": own.metadata}))
                break
            cells.append(own)
    return NotebookNode({**source, "cells": [*cells, *prose]})


def name_folds(notebook: NotebookNode) -> NotebookNode:
    """The notebook, with a title on the bar of each folded cell."""
    for cell in _code(notebook):
        tags = set(cell.metadata.get("tags", ()))
        if tags & {"hide-input", "hide-cell"}:
            options = cell.metadata.setdefault("mystnb", NotebookNode())
            text = " ".join(["figure" * ("figure" in options), *tags, cell.source])
            title = next((FOLDS[part] for part in FOLDS if part in text), "Code")
            # A folded cell holds its result, too.
            title = title.replace(" of the ", " and ") if "hide-cell" in tags else title
            options.update(code_prompt_show=title, code_prompt_hide=title)
    return notebook


def with_note(source: NotebookNode, why: str) -> NotebookNode:
    """``source`` with a box below its title that says why it shows no results."""
    note = (
        ":::{admonition} No results on this page yet\n:class: warning\n"
        f"The code of this chapter {why}, so its figures and numbers are missing. "
        "`make book` runs it.\n:::"
    )
    title, _, body = source.cells[0].source.partition("\n")
    first = NotebookNode({**source.cells[0], "source": f"{title}\n\n{note}\n{body}"})
    return NotebookNode({**source, "cells": [first, *source.cells[1:]]})


def glued(run: NotebookNode) -> dict[str, str]:
    """Values that the run glued, by name, as text for a sentence."""
    values = {}
    for output in (output for cell in _code(run) for output in cell.outputs):
        scrap = output.get("metadata", {}).get("scrapbook")
        if scrap is not None:
            shown = output["data"][f"{scrap.get('mime_prefix', '')}text/plain"]
            # A text as Python shows it, without its quotes.
            is_text = shown[:1] in ("'", '"')
            values[scrap["name"]] = literal_eval(shown) if is_text else shown
    return values


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _is_injected(cell: NotebookNode) -> bool:
    return INJECTED in cell.metadata.get("tags", ())
