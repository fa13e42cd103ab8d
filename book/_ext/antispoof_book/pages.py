"""Chapters as pages: the clean source is replaced by source and run, joined.

The files in ``notebooks/`` stay clean, so the launch buttons open clean notebooks; they
are replaced when Sphinx reads a page. The run is a dependency of the page, so a chapter
that ran again is rendered again. Whether a run is current is checked once a build;
where that has changed, because the library has, the chapter's page and those that quote
it are rendered again, too. ``env.antispoof_stale`` holds every chapter with the reason
why its results are not shown, or None.

``ANTISPOOF_REQUIRE_EXECUTED=1`` in the environment, which ``make book`` sets, makes a
chapter without results an error instead of a note on its page.
"""

import os
from functools import lru_cache
from pathlib import Path

import nbformat
from docutils.nodes import Element
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

from antispoof_report.notebooks.sync import read_chapter

from . import notebook

SWITCH = "ANTISPOOF_REQUIRE_EXECUTED"


def setup(app: Sphinx) -> None:
    """Connect the replacement and the check of completeness."""
    app.connect("env-get-outdated", _find_stale)
    app.connect("env-before-read-docs", _require_results)
    app.connect("source-read", _show_run)
    app.connect("missing-reference", _allow_missing_figure)


def read_run(root: Path, docname: str) -> NotebookNode | None:
    """The run of a chapter, or None if there is none."""
    path = notebook.run_path(root, docname)
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


def _find_stale(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    root = Path(app.srcdir)
    before, now = getattr(env, "antispoof_stale", {}), {}
    for name in sorted(env.found_docs):
        if Path(name).parent.name == notebook.FOLDER:
            source = read_chapter(env.doc2path(name))
            now[name] = notebook.stale_reason(source, read_run(root, name), root)
    env.antispoof_stale = now
    changed = {
        str(notebook.run_path(root, name))
        for name, why in now.items()
        if before.get(name) != why
    }
    return [name for name, needs in env.dependencies.items() if changed & needs]


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> NotebookNode:
    """Notebook at ``path``; parsed once, since prose quotes a chapter many times."""
    return nbformat.read(path, as_version=4)


def _require_results(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    stale = [f"{name} {why}" for name, why in env.antispoof_stale.items() if why]
    if stale and os.environ.get(SWITCH) == "1":
        raise SphinxError(
            f"the book is not complete: {'; '.join(stale)}. 'make book' runs them"
            " (after 'make clean', if their results were not made by it)."
        )


def _show_run(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname not in app.env.antispoof_stale:
        return
    root = Path(app.srcdir)
    app.env.note_dependency(str(notebook.run_path(root, docname)))
    clean = read_chapter(app.env.doc2path(docname))
    why, run = app.env.antispoof_stale[docname], read_run(root, docname)
    shown = notebook.with_note(clean, why) if why else notebook.join(clean, run)
    source[0] = nbformat.writes(notebook.name_folds(shown))


def _allow_missing_figure(
    app: Sphinx, env: BuildEnvironment, node: Element, contnode: Element
) -> Element | None:
    """A reference to a figure that a chapter without results does not show yet."""
    is_figure = node["reftype"] in ("ref", "numref")
    return contnode if is_figure and any(env.antispoof_stale.values()) else None
