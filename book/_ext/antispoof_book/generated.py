"""Tables made in every build from what they describe, so that none can be stale.

``{chapter-parameters}``  what each chapter accepts: name, type, default, meaning;
``{sweep-costs}``         hours of a sweep on the whole corpus, by the reference runs.

Both take a caption as argument and ``:name:`` as option.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import notebook


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("chapter-parameters", ChapterParameters)
    app.add_directive("sweep-costs", SweepCosts)


def markdown_table(rows: list[tuple[str, ...]]) -> list[str]:
    """Lines of a Markdown table; the first row holds the headings."""
    marked = [rows[0], (":--",) * len(rows[0]), *rows[1:]]
    return [f"| {' | '.join(cells)} |" for cells in marked]


class GeneratedTable(SphinxDirective):
    """A Markdown table whose rows are computed."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"name": directives.unchanged_required}

    def rows(self) -> list[tuple[str, ...]]:
        """Cells in Markdown, one tuple a row, the headings first."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """The table, with its caption and label."""
        lines = [
            f":::{{table}} {self.arguments[0]}",
            f":name: {self.options['name']}",
            ":class: stack",  # cells of words below each other on a phone
            "",
            *markdown_table(self.rows()),
            ":::",
        ]
        box = nodes.container()
        source, line = self.get_source_info()
        self.state.nested_parse(StringList(lines, source), line, box)
        return box.children


class ChapterParameters(GeneratedTable):
    """The parameters of all chapters; those that several share are listed once."""

    def rows(self) -> list[tuple[str, ...]]:
        """One row a parameter, as the notebooks declare them."""
        from antispoof_report.notebooks import CHAPTER
        from antispoof_report.notebooks.parameters import accepted

        folder = Path(self.env.srcdir) / notebook.FOLDER
        chapters: dict[tuple[str, ...], list[str]] = {}
        for path in sorted(folder.glob(f"{CHAPTER}.ipynb")):
            self.env.note_dependency(str(path))
            for one in accepted(path).values():
                # A comment as prose: what looks like code there is code here, too.
                meaning = one.help.replace("|", "\\|")
                meaning = meaning.replace("{", "\\{").replace("}", "\\}")
                key = (f"`{one.name}`", one.kind, f"`{one.default!r}`", meaning)
                chapters.setdefault(key, []).append(path.stem.split("_", 1)[0])
        heads = ("Name", "Type", "Default", "Meaning", "Chapters")
        return [heads, *((*key, ", ".join(names)) for key, names in chapters.items())]


class SweepCosts(GeneratedTable):
    """Each model's default config on the whole corpus, and five seeds of all."""

    def rows(self) -> list[tuple[str, ...]]:
        """One row a model that has reference runs, and their sum."""
        from antispoof_report.sweep_costs import cost_table

        return cost_table(Path(self.env.srcdir), note=self.env.note_dependency)
