"""Tables made at the build from what they are about, so that none can be stale.

``{chapter-parameters}``  what each chapter accepts: name, type, default, meaning;
``{sweep-costs}``         hours of a sweep on the whole corpus, by the recorded runs.

Both take a caption as argument and ``:name:`` as option.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import notebook

SEEDS = 5  # of a sweep like the thesis's
MACHINES = (1, 4, 16)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("chapter-parameters", ChapterParameters)
    app.add_directive("sweep-costs", SweepCosts)


class GeneratedTable(SphinxDirective, ABC):
    """A Markdown table whose rows are computed."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"name": directives.unchanged_required}
    heads: ClassVar[tuple[str, ...]] = ()
    css_class: ClassVar[str] = ""
    """Class of the table: ``stack`` puts cells of words below each other on a phone."""

    @abstractmethod
    def rows(self) -> list[tuple[str, ...]]:
        """Cells in Markdown, a tuple a row."""

    def run(self) -> list[nodes.Node]:
        """The table, with its caption and label."""
        lines = [
            f":::{{table}} {self.arguments[0]}",
            f":name: {self.options['name']}",
            *([f":class: {self.css_class}"] if self.css_class else []),
            "",
            *map(_line, (self.heads, (":--",) * len(self.heads), *self.rows())),
            ":::",
        ]
        box = nodes.container()
        source, line = self.get_source_info()
        self.state.nested_parse(StringList(lines, source), line, box)
        return box.children


class ChapterParameters(GeneratedTable):
    """The parameters of all chapters; those that several share stand once."""

    heads = ("Name", "Type", "Default", "Meaning", "Chapters")
    css_class = "stack"

    def rows(self) -> list[tuple[str, ...]]:
        """One row a parameter, as the notebooks declare them."""
        from antispoof_report.notebooks.parameters import accepted

        root = Path(self.env.srcdir)
        chapters: dict[tuple[str, ...], list[str]] = {}
        for path in sorted((root / notebook.FOLDER).glob("[0-9][0-9]_*.ipynb")):
            self.env.note_dependency(str(path))
            for one in accepted(path).values():
                key = (one.name, one.kind, repr(one.default), one.help)
                chapters.setdefault(key, []).append(path.stem.split("_", 1)[0])
        return [
            (f"`{name}`", kind, f"`{default}`", _plain(meaning), ", ".join(found))
            for (name, kind, default, meaning), found in chapters.items()
        ]


class SweepCosts(GeneratedTable):
    """Each model's default config on the whole corpus, and five seeds of all."""

    heads = (
        "Model",
        "Measured on",
        "Trained, clips/s",
        "One run, hours",
        *(f"{SEEDS} seeds on {n} such, days" for n in MACHINES),
    )

    def rows(self) -> list[tuple[str, ...]]:
        """One row a model that has recorded runs, and their sum."""
        from antispoof.config import TrainConfig
        from antispoof.models import TITLES
        from antispoof.runs import REFERENCE, list_runs
        from antispoof_report.sweep_costs import hours, speed

        folder = Path(self.env.srcdir) / REFERENCE
        rows, total = [], 0.0
        for model, title in TITLES.items():
            found = list_runs(folder, model=model)
            if not found:
                continue
            self.env.note_dependency(str(found[0].path / "config.json"))
            measured = speed(found)
            each = hours(TrainConfig.for_model(model), measured)
            total += each
            rate = f"{measured.trained:.0f}"
            rows.append((title, measured.machine, rate, *_times(each)))
        return [*rows, ("all", "", "", *_times(total))]


def _times(each: float) -> tuple[str, ...]:
    days = [SEEDS * each / 24 / machines for machines in MACHINES]
    return (f"{each:.1f}", *(f"{value:.1f}" for value in days))


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """A comment as prose: what looks like code there is code here, too."""
    return text.replace("|", "\\|").replace("{", "\\{").replace("}", "\\}")
