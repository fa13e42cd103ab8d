"""Text for the terminal: names from files as they are, tables, progress bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager


def printable(text: str) -> str:
    """The text with control characters escaped, so that it cannot steer a terminal."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def format_table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows with the same keys as aligned columns below their names.

    A row is one line, however wide, so that it can be searched and piped; numbers are
    aligned on the right.
    """
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    lines = [[printable(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numeric = [isinstance(value, int | float) for value in rows[0].values()]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


@contextmanager
def progress_bar(
    description: str, *, in_bytes: bool = False
) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr if that is a terminal; yields its update(done, total)."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import DownloadColumn, MofNCompleteColumn, Progress

    columns = Progress.get_default_columns()
    unit = DownloadColumn() if in_bytes else MofNCompleteColumn()
    with Progress(
        *columns,
        unit,
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(escape(description), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
