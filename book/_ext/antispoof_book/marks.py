"""The badges S, N and O: the source of a choice (thesis, common practice, this book).

``{mark}`S``` prints one badge, ``{mark}`S/N``` two; the directive ``{mark-legend}``
prints what they mean.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

LOGGER = logging.getLogger(__name__)

MEANINGS = {
    "S": "stated by the thesis, in its abstract or its lists of contents",
    "N": "common to near-identical public work, and so probably the thesis's too",
    "O": "our own choice or addition",
}


def setup(app: Sphinx) -> None:
    """Register the role and the legend."""
    app.add_role("mark", MarkRole())
    app.add_directive("mark-legend", MarkLegend)


def badge(letter: str) -> nodes.Node:
    """One badge; its meaning is the text that appears on hovering."""
    classes = ["mark", f"mark-{letter.lower()}"]
    meaning = MEANINGS[letter]
    return nodes.abbreviation(letter, letter, explanation=meaning, classes=classes)


class MarkRole(SphinxRole):
    """One or several badges, separated by slashes."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Nodes of the badges."""
        letters = self.text.split("/")
        if set(letters) <= set(MEANINGS):
            return [badge(letter) for letter in letters], []
        text = (
            f"{{mark}}`{self.text}`: accepted are {', '.join(MEANINGS)}, with slashes"
        )
        LOGGER.warning(text, location=self.get_location())
        return [nodes.Text(self.text)], []


class MarkLegend(SphinxDirective):
    """What the badges mean, as a short list."""

    def run(self) -> list[nodes.Node]:
        """A list with one line for each badge."""
        legend = nodes.bullet_list(classes=["mark-legend"])
        for letter, meaning in MEANINGS.items():
            line = nodes.paragraph("", "", badge(letter), nodes.Text(f" {meaning}"))
            legend += nodes.list_item("", line)
        return [legend]
