"""The role ``{result}``: a number in prose, quoted from the chapter that computed it.

In prose ``{result}`06_analysis::real_seeds``` quotes what the notebook
``notebooks/06_analysis.ipynb`` glued under the name ``real_seeds``; inside a chapter
``{result}`real_seeds``` quotes the chapter itself. A quoted value links to its chapter;
a sentence does not, since it would be underlined over several lines.

Where the chapter has no results yet, a dash is shown. A chapter or a name that does not
exist is a warning, and so fails a build with ``-W``.
"""

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from . import notebook, pages

LOGGER = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("result", ResultRole())


class ResultRole(SphinxRole):
    """Quote one glued value."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Node for the value, or for its absence."""
        chapter, separator, name = self.text.rpartition("::")
        target = f"{notebook.FOLDER}/{chapter}" if separator else self.env.docname
        stale = self.env.antispoof_stale
        if target not in stale:
            return self._missing(f"there is no chapter {target!r}")
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(notebook.run_path(root, target)))
        if why := stale[target]:
            return [_dash(f"{Path(target).name} {why}")], []
        values = notebook.glued(pages.read_run(root, target))
        if name not in values:
            return self._missing(f"{target} glued nothing under the name {name!r}")
        value = values[name]
        shown = nodes.inline(value, value)
        if target != self.env.docname and not value.endswith("."):
            link = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{target}"}
            link |= {"refdoc": self.env.docname, "refexplicit": True, "refwarn": True}
            shown = addnodes.pending_xref("", shown, **link)
        # Kept in one piece: "24 of 44 (39 to 70 %)", but not a longer text.
        classes = ["result", *["number"] * (value[:1].isdigit() and len(value) < 25)]
        return [nodes.inline("", "", shown, classes=classes)], []

    def _missing(self, what: str) -> tuple[list[nodes.Node], list]:
        location = self.get_location()
        LOGGER.warning("{result}`%s`: %s", self.text, what, location=location)
        return [_dash(what)], []


def _dash(why: str) -> nodes.Node:
    return nodes.abbreviation("—", "—", explanation=why, classes=["no-result"])
