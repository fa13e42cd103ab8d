"""A page before it is written as HTML, for the modules that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


@dataclass(frozen=True)
class Page:
    """What Sphinx has of a page before it fills the template."""

    app: Sphinx
    name: str
    context: dict[str, Any]
    """The template's values; change these to change the page."""
    doctree: nodes.document | None
    """None for pages without a source, such as the index."""

    @property
    def root(self) -> Path:
        """The book's folder."""
        return Path(self.app.srcdir)


def on_page(app: Sphinx, change: Callable[[Page], None], priority: int = 500) -> None:
    """Call ``change`` for every page; a higher priority is later."""

    def call(app, pagename, templatename, context, doctree):
        change(Page(app, pagename, context, doctree))

    app.connect("html-page-context", call, priority=priority)
