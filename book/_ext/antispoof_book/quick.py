"""What makes a build quicker and changes nothing on a page."""

from __future__ import annotations

import gc

from pybtex.plugin import find_plugin, register_plugin
from sphinx.application import Sphinx

# Whatever sets a citation is looked up anew for each, among all installed packages.
LOOKED_UP = ("docutils", "plaintext")
GROUP = "pybtex.backends"
# Documents are large trees that live to the end; few allocations are garbage.
ALLOCATIONS = 100_000  # between two collections; Python's own choice is 700


def setup(app: Sphinx) -> None:
    """Look plugins up once, and collect garbage more rarely."""
    for name in LOOKED_UP:
        register_plugin(GROUP, name, find_plugin(GROUP, name), force=True)
    gc.set_threshold(ALLOCATIONS)
