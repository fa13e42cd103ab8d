"""Run one chapter: check its parameters, execute it, publish the result.

The finished notebook appears at the output path only when every cell succeeded.
papermill's paths and times are taken out of its metadata; in their place stands the
stamp (:mod:`~antispoof_report.notebooks.provenance`), which says what the results were made with,
and the injected cell stays as the page's parameters.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from antispoof_report.notebooks import ChapterError, project_root, provenance, tool
from antispoof_report.notebooks.parameters import accepted, checked, from_profile
from antispoof_report.notebooks.sync import cell_ids

INJECTED = "injected-parameters"  # papermill's tag
TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LAST_LINES = 6  # of a traceback, in the error


def run(
    notebook: Path,
    out: Path,
    *,
    profile: Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Path:
    """Execute a chapter from the project's root and write it to ``out``.

    Parameters
    ----------
    notebook : the clean notebook, ``notebooks/NN_name.ipynb``
    out : where the executed notebook goes, atomically and only on success
    profile : YAML file of parameters; keys of other chapters are passed over
    parameters : values, over those of the profile
    arguments : the same as typed text, read by the type of each parameter

    Raises
    ------
    ParameterError : an unknown name or a value of the wrong type; nothing has run
    ChapterError : a cell failed; what was done is in ``<out>.failed.ipynb``
    """
    notebook, out = Path(notebook).resolve(), Path(out).resolve()
    known = accepted(notebook)
    values = from_profile(profile, notebook) if profile else {}
    given = dict(parameters or {})
    for name, text in (arguments or {}).items():
        given[name] = known[name].parse(text) if name in known else text
    values |= checked(given, known, where=f"chapter {notebook.stem}")

    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.stem}.partial.ipynb")
    failed = out.with_name(f"{out.stem}.failed.ipynb")
    root = project_root(notebook.parent)
    # Before anything runs: who edits the library meanwhile gets a chapter that is
    # out of date, not one that claims the edit.
    made = {
        "code": provenance.of_notebook(notebook, root=root),
        "commit": provenance.commit(root),
        "parameters": {name: p.default for name, p in known.items()} | values,
    }
    started = time.monotonic()
    try:
        _execute(notebook, partial, values)
        node = publishable(tool("nbformat").read(partial, as_version=4))
        node.metadata[provenance.KEY] = made | {
            "seconds": round(time.monotonic() - started, 1)
        }
        partial.write_text(tool("nbformat").writes(node) + "\n", encoding="utf-8")
    except BaseException as error:
        if partial.exists():
            partial.replace(failed)
        if not isinstance(error, Exception):
            raise
        raise ChapterError(_sentence(notebook.stem, error, failed)) from error
    partial.replace(out)
    failed.unlink(missing_ok=True)
    return out


def _execute(notebook: Path, out: Path, values: dict[str, Any]) -> None:
    papermill = tool("papermill")
    papermill.execute_notebook(
        _literal(notebook),
        _literal(out),
        parameters=values,
        cwd=project_root(notebook.parent),
        progress_bar=sys.stderr.isatty(),  # where a person looks on
        start_timeout=180,  # seconds; a busy machine starts kernels slowly
    )


def _literal(path: Path) -> str:
    """The path, safe from papermill's substitution of ``{names}``."""
    return str(path).replace("{", "{{").replace("}", "}}")


def publishable(node):
    """The executed notebook without paths and times; the same results, same bytes."""
    node.metadata.pop("papermill", None)
    for cell in node.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(
                "# Parameters", "# Parameters of this page", 1
            )
    for cell, cell_id in zip(node.cells, cell_ids(node.cells), strict=True):
        cell["id"] = cell_id
    return node


def _sentence(chapter: str, error: Exception, failed: Path) -> str:
    """Which chapter and cell failed, on what, and where the rest is."""
    kept = f"; the notebook so far is {failed}" if failed.exists() else ""
    if not hasattr(error, "ename"):  # not raised by a cell
        return f"chapter {chapter} failed: {type(error).__name__}: {error}{kept}"
    code = [line for line in error.source.splitlines() if line.strip()]
    trace = TERMINAL_COLOUR.sub("", "\n".join(error.traceback)).splitlines()
    lines = "\n".join(f"    {line}" for line in trace[-LAST_LINES:])
    return (
        f"chapter {chapter} failed in cell [{error.exec_count}] "
        f"({code[0].strip() if code else 'empty'}): {error.ename}: {error.evalue}"
        f"{kept}\n{lines}"
    )
