"""Mends of the theme's HTML for readers who do not see it, or do not use a mouse.

The rest is in ``book/_templates`` (landmarks, names of buttons) and in the style
sheet (contrast). ``make test-book`` holds every page to axe-core's rules.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from . import shown
from .shown import Shown

# A label that replaces the visible text of a fold, and says less than it.
FOLD_LABEL = ' aria-label="Toggle hidden content"'
# The corner of a table names neither its column nor its row, so it is no heading.
EMPTY_HEADING = re.compile(r"<th\b[^>]*>\s*(?:<p></p>)?\s*</th>")


def setup(app: Sphinx) -> None:
    """Register the mends."""
    app.add_node(nodes.citation, override=True, html=(_open_citation, _close_citation))
    shown.each(app, _mend)


def _open_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """An item of a list: the role that docutils writes is no longer in use."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(
        self.starttag(node, "div", classes=[node.tagname], role="listitem")
    )


def _close_citation(self: HTML5Translator, node: nodes.citation) -> None:
    self.body.append("</div>\n")
    following = node.next_node(descend=False, siblings=True)
    if not isinstance(following, nodes.citation):
        self.body.append("</div>\n")


def mended(body: str) -> str:
    """HTML whose folds are named by their text, and whose headings are none empty."""
    return EMPTY_HEADING.sub("<td></td>", body.replace(FOLD_LABEL, ""))


def _mend(page: Shown) -> None:
    if "body" in page.context:
        page.context["body"] = mended(page.context["body"])
