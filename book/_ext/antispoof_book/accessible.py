"""Fixes of the theme's HTML for screen readers and keyboards.

The rest is in ``book/_templates`` (landmarks, names of buttons) and in the style
sheet (contrast). ``make test-book`` checks every page against axe-core's rules.
"""

import re

from sphinx.application import Sphinx

# A label that replaces the visible text of a fold, and says less.
FOLD_LABEL = ' aria-label="Toggle hidden content"'
# docutils gives a cited work, an item of a list, a role that is deprecated.
WORK = 'role="doc-biblioentry"'
# The corner of a table names neither its column nor its row, so it is not a heading.
EMPTY_HEADING = re.compile(r"<th\b[^>]*>\s*(?:<p></p>)?\s*</th>")


def setup(app: Sphinx) -> None:
    """Connect the fixes."""
    app.connect("html-page-context", _fix_page)


def _fix_page(app, pagename, templatename, context, doctree) -> None:
    """Name folds by their text, and leave no heading empty."""
    if "body" in context:
        body = context["body"].replace(FOLD_LABEL, "").replace(WORK, 'role="listitem"')
        context["body"] = EMPTY_HEADING.sub("<td></td>", body)
