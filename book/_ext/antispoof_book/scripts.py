"""What a page loads: nothing twice, nothing unused, nothing from elsewhere.

Jupyter Book and the theme put more on every page than this book uses, and the two
declare some scripts twice, which browsers report as errors. MathJax comes from
``book/_static/vendor`` (see ``mathjax_path`` in ``_config.yml``).
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ThemeError

from . import shown
from .shown import Shown

LAST = 900  # after every extension has added its scripts
UNUSED = "sphinx_thebe"  # runs cells through a server on the network
# Icons are drawn by the theme's font; the script would draw them again, from half a
# megabyte, and the preloads would fetch the styles of icons that no page shows.
ICON_EXTRAS = re.compile(
    r'<script src="[^"]*/fontawesome/[^"]*"></script>\s*'
    r'|<link rel="preload" as="font"[^>]*/fontawesome/[^>]*/>\s*'
)


def setup(app: Sphinx) -> None:
    """Connect what takes scripts away."""
    app.connect("config-inited", _without_unused)
    shown.each(app, _slim, priority=LAST)


def without_icon_extras(head: str) -> str:
    """The theme's part of ``<head>`` without the script and preloads of its icons.

    Raises ThemeError if there are none, since then the theme has changed.
    """
    slim, count = ICON_EXTRAS.subn("", head)
    if not count:
        raise ThemeError("layout.html: the theme no longer loads its icons by script")
    return slim


def kept(files: list[Any], *, has_math: bool, mathjax: str) -> list[Any]:
    """Scripts in their order, each once, MathJax only where there is an equation."""
    by_content = {}
    for file in files:
        filename, body = str(file.filename or ""), file.attributes.get("body", "")
        if not has_math and (
            filename.endswith(mathjax) or body.startswith("window.MathJax")
        ):
            continue
        by_content.setdefault((filename, body), file)
    return list(by_content.values())


def _without_unused(app: Sphinx, config: Config) -> None:
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__ == UNUSED:
                app.disconnect(listener.id)


def _slim(page: Shown) -> None:
    context = page.context
    maths = (nodes.math, nodes.math_block)
    has_math = page.doctree is not None and any(
        isinstance(node, maths) for node in page.doctree.findall()
    )
    context["script_files"] = kept(
        context["script_files"],
        has_math=has_math,
        mathjax=page.app.config.mathjax_path,
    )
    context["css_files"] = [
        file
        for file in context["css_files"]
        if "sphinx-thebe" not in str(file.filename)
    ]
    context["without_icon_extras"] = without_icon_extras
