"""The badges S, N and O: the source of a choice (thesis, common practice, this book).

``{mark}`S``` prints one badge, ``{mark}`S/N``` two; the directive ``{mark-legend}``
prints what they mean.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

LOGGER = logging.getLogger(__name__)

MEANINGS = {
    "S": "stated by the thesis, in its abstract, its first chapter or its lists",
    "N": "common to near-identical public work, and so probably the thesis's too",
    "O": "our own choice or addition",
}


def setup(app: Sphinx) -> None:
    """Register the role and the legend."""
    app.add_role("mark", MarkRole())
    app.add_directive("mark-legend", MarkLegend)


class MarkRole(SphinxRole):
    """One or several badges, separated by slashes."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Nodes of the badges."""
        badges = []
        for letter in self.text.split("/"):
            if letter not in MEANINGS:
                problem = "{mark}`%s`: accepted are %s, with slashes"
                here = self.get_location()
                LOGGER.warning(problem, self.text, ", ".join(MEANINGS), location=here)
            look = {"classes": ["mark", f"mark-{letter.lower()}"]}
            look["explanation"] = MEANINGS.get(letter, "")  # appears on hovering
            badges.append(nodes.abbreviation(letter, letter, **look))
        return badges, []


class MarkLegend(SphinxDirective):
    """What the badges mean, as a short list."""

    def run(self) -> list[nodes.Node]:
        """A list with one line for each badge."""
        lines = [f"- {{mark}}`{letter}` {text}" for letter, text in MEANINGS.items()]
        return self.parse_text_to_nodes("\n".join(["{.mark-legend}", *lines]))
