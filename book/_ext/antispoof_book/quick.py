"""What makes a build quicker and changes nothing on a page."""

from __future__ import annotations

import gc
import os

from pybtex.plugin import find_plugin, register_plugin
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from . import library

# Whatever sets a citation is looked up anew for each, among all installed packages.
LOOKED_UP = ("docutils", "plaintext")
GROUP = "pybtex.backends"
# Documents are large trees that live to the end; few allocations are garbage.
ALLOCATIONS = 100_000  # between two collections; Python's own choice is 700
# Declares nothing, and so would forbid to read pages side by side; it only numbers
# sections, when all pages have been read.
SILENT = "sphinx_multitoc_numbering"
# Pages that import the library, which takes longer than to read all others: where
# cores are few one process reads both, and begins with them.
IMPORTING = (library.PAGE, "book/batches")


def setup(app: Sphinx) -> None:
    """Use all cores, look plugins up once, and collect garbage more rarely."""
    for name in LOOKED_UP:
        register_plugin(GROUP, name, find_plugin(GROUP, name), force=True)
    gc.set_threshold(ALLOCATIONS)
    # Jupyter Book has no option for it. One more than cores: when pages are written,
    # Sphinx keeps one for the index of words.
    app.parallel = max(app.parallel, (os.cpu_count() or 1) + 1)
    app.connect("builder-inited", _allow_side_by_side)
    app.connect("env-before-read-docs", _begin_with_the_slow)


def _allow_side_by_side(app: Sphinx) -> None:
    if SILENT in app.extensions:
        app.extensions[SILENT].parallel_read_safe = True


def _begin_with_the_slow(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    docnames.sort(key=lambda name: name not in IMPORTING)
