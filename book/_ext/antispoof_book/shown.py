"""A page on its way to HTML, for what changes it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


@dataclass(frozen=True)
class Shown:
    """What Sphinx has of a page before it fills the template."""

    app: Sphinx
    name: str
    context: dict[str, Any]
    """The template's values; whoever changes the page changes these."""
    doctree: nodes.document | None
    """None for pages that have no source, such as the index."""

    @property
    def root(self) -> Path:
        """The book's folder."""
        return Path(self.app.srcdir)


def each(app: Sphinx, change: Callable[[Shown], None], *, priority: int = 500) -> None:
    """Call ``change`` for every page; a higher priority is later."""

    def _connected(
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        change(Shown(app, pagename, context, doctree))

    app.connect("html-page-context", _connected, priority=priority)
