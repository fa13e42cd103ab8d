"""The table of the chapters' parameters, made in every build, so it cannot be stale.

``{chapter-parameters}`` shows what each chapter accepts: name, type, default, meaning.
It takes a caption as argument and ``:name:`` as option.
"""

import re
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from antispoof_report.notebooks import CHAPTER
from antispoof_report.notebooks.parameters import accepted

from . import notebook


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("chapter-parameters", ParameterTable)


def markdown_table(rows: list[tuple[str, ...]]) -> list[str]:
    """Lines of a Markdown table; the first row holds the headings."""
    marked = [rows[0], (":--",) * len(rows[0]), *rows[1:]]
    return [f"| {' | '.join(cells)} |" for cells in marked]


class ParameterTable(SphinxDirective):
    """A Markdown table with one row per parameter."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"name": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The table, with its caption and label."""
        lines = [
            f":::{{table}} {self.arguments[0]}",
            f":name: {self.options['name']}",
            ":class: stack",  # cells of words below each other on a phone
            "",
            *markdown_table(parameter_rows(self.env)),
            ":::",
        ]
        return self.parse_text_to_nodes("\n".join(lines))


def parameter_rows(env: BuildEnvironment) -> list[tuple[str, ...]]:
    """One row per parameter of the chapters; one that several share has one row."""
    chapters: dict[tuple[str, ...], list[str]] = {}
    for path in sorted((Path(env.srcdir) / notebook.FOLDER).glob(f"{CHAPTER}.ipynb")):
        env.note_dependency(str(path))
        for one in accepted(path).values():
            # A comment as prose: what looks like code there is code here, too.
            meaning = re.sub(r"([|{}])", r"\\\1", one.help)
            key = (f"`{one.name}`", one.kind, f"`{one.default!r}`", meaning)
            chapters.setdefault(key, []).append(path.stem.split("_", 1)[0])
    heads = ("Name", "Type", "Default", "Meaning", "Chapters")
    return [heads, *((*key, ", ".join(names)) for key, names in chapters.items())]
