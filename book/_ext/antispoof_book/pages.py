"""Chapters on the page: the clean source's place is taken by source and run, joined.

The files in ``notebooks/`` stay clean, so the launch buttons open clean notebooks; the
swap happens when Sphinx reads a page. The run is noted as a dependency of the page, so
a chapter that ran again is rendered again and nothing else is. Whether a run may still
be shown is asked once a build; where the answer has changed, because the library has,
the chapter's page and those that quote it are rendered again, too.

``antispoof_require_executed`` (or ``ANTISPOOF_REQUIRE_EXECUTED=1`` in the environment,
which is how ``make book`` sets it) turns a chapter without results from a note on its
page into an error that names the chapter.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import nbformat
from docutils.nodes import Element
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

from . import notebook

SWITCH = "ANTISPOOF_REQUIRE_EXECUTED"


class MissingResultsError(SphinxError):
    """A chapter without results in a build that requires them."""

    category = "The book is not complete"


def setup(app: Sphinx) -> None:
    """Connect the swap and the check of completeness."""
    app.add_config_value("antispoof_require_executed", lambda _: required(), "", bool)
    app.connect("env-get-outdated", _ask)
    app.connect("env-before-read-docs", _require_results)
    app.connect("source-read", _show_run)
    app.connect("missing-reference", _figure_to_come)


def read_run(root: Path, docname: str) -> NotebookNode | None:
    """The run of a chapter, or None where there is none."""
    path = notebook.run_path(root, docname)
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


def shortcoming(env: BuildEnvironment, docname: str) -> str | None:
    """Why the chapter ``docname`` has no results to show in this build, or None."""
    return env.antispoof_shortcomings[docname]


def _ask(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    root = Path(app.srcdir)
    before = getattr(env, "antispoof_shortcomings", {})
    now = {}
    for name in chapters(env):
        path = Path(env.doc2path(name))
        source = _read(path, path.stat().st_mtime_ns)
        now[name] = notebook.shortcoming(source, read_run(root, name), root)
    env.antispoof_shortcomings = now
    moved = {
        str(notebook.run_path(root, name))
        for name, why in now.items()
        if before.get(name) != why
    }
    return [name for name, needs in env.dependencies.items() if moved & needs]


def chapters(env: BuildEnvironment) -> list[str]:
    """Names of all documents that are notebooks."""
    return sorted(
        name for name in env.found_docs if Path(name).parent.name == notebook.FOLDER
    )


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> NotebookNode:
    """Notebook at ``path``; parsed once, since prose quotes a chapter many times."""
    return notebook.read(path.read_text("utf-8"))


def required() -> bool:
    """Whether the environment asks for complete chapters.

    Raises MissingResultsError if the switch is neither 0 nor 1.
    """
    value = os.environ.get(SWITCH, "")
    if value not in ("", "0", "1"):
        raise MissingResultsError(f"{SWITCH}={value!r} is neither 0 nor 1")
    return value == "1"


def _require_results(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    if not app.config.antispoof_require_executed:
        return
    lacking = {name: shortcoming(env, name) for name in chapters(env)}
    named = [f"{name} {why}" for name, why in lacking.items() if why]
    if named:
        raise MissingResultsError(
            f"{'; '.join(named)}. 'make book' runs them (after 'make clean', if what "
            "is there was not made by it)."
        )


def _show_run(app: Sphinx, docname: str, source: list[str]) -> None:
    if Path(docname).parent.name != notebook.FOLDER:
        return
    root = Path(app.srcdir)
    app.env.note_dependency(str(notebook.run_path(root, docname)))
    clean, run = notebook.read(source[0]), read_run(root, docname)
    why = shortcoming(app.env, docname)
    shown = notebook.with_note(clean, why) if why else notebook.join(clean, run)
    source[0] = nbformat.writes(shown)


def _figure_to_come(
    app: Sphinx, env: BuildEnvironment, node: Element, contnode: Element
) -> Element | None:
    """A reference to a figure that a chapter without results has yet to draw."""
    if node["reftype"] not in ("ref", "numref"):
        return None
    return contnode if any(shortcoming(env, name) for name in chapters(env)) else None
