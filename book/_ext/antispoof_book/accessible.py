"""Fixes of the theme's HTML for screen readers and keyboards.

The rest is in ``book/_templates`` (landmarks, names of buttons) and in the style
sheet (contrast). ``make test-book`` checks every page against axe-core's rules.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

# A label that replaces the visible text of a fold, and says less.
FOLD_LABEL = ' aria-label="Toggle hidden content"'
# The corner of a table names neither its column nor its row, so it is not a heading.
EMPTY_HEADING = re.compile(r"<th\b[^>]*>\s*(?:<p></p>)?\s*</th>")


def setup(app: Sphinx) -> None:
    """Register the fixes."""
    app.add_node(nodes.citation, override=True, html=(_open_citation, _close_citation))
    app.connect("html-page-context", _fix_page)


def _open_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """An item of a list: the role that docutils writes is deprecated."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(
        self.starttag(node, "div", classes=[node.tagname], role="listitem")
    )


def _close_citation(self: HTML5Translator, node: nodes.citation) -> None:
    following = node.next_node(descend=False, siblings=True)
    last = not isinstance(following, nodes.citation)
    self.body.append("</div>\n</div>\n" if last else "</div>\n")


def fix_a11y(body: str) -> str:
    """HTML whose folds are named by their text, and without empty headings."""
    return EMPTY_HEADING.sub("<td></td>", body.replace(FOLD_LABEL, ""))


def _fix_page(app, pagename, templatename, context, doctree) -> None:
    if "body" in context:
        context["body"] = fix_a11y(context["body"])
