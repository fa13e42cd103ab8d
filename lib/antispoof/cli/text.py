"""Text for the terminal: names from files as they are, tables, progress bars."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import typer


def printable(text: str) -> str:
    """The text with control characters escaped, so that it cannot steer a terminal."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def say(text: object, *, err: bool = False) -> None:
    """Print one line, :func:`printable`; on stderr if `err`."""
    typer.echo(printable(str(text)), err=err)


def format_table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as columns below their names, aligned on the right; a row may lack some.

    A row is one line, however wide, so that it can be searched and piped.
    """
    import pandas as pd

    if not rows:
        return ""
    table = pd.DataFrame(rows, dtype=object).fillna("")  # object: integers stay so
    return table.map(lambda cell: printable(str(cell))).to_string(index=False)


@contextmanager
def progress_bar(
    description: str, *, in_lines: bool = False
) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr if that is a terminal; yields its update(done, total).

    Elsewhere nothing is shown, or with ``in_lines`` a line for each tenth.
    """
    if not sys.stderr.isatty():
        show = partial(_show_tenth, description, set())
        yield show if in_lines else lambda done, total: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(description), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show_tenth(
    description: str, shown: set[tuple[int, int]], done: int, total: int | None
) -> None:
    if total and (tenth := (10 * done // total, total)) not in shown:
        shown.add(tenth)
        print(f"{description}: {10 * tenth[0]} % of {total}", file=sys.stderr)
