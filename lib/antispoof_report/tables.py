"""A data frame as a table for reading."""

import re
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import pandas as pd

from antispoof.errors import ParameterError
from antispoof_report.html import Html, render, typeset

NO_VALUE = "–"
NARROW = "\u202f"  # a space that does not break
NUMBER = "text-align:right;font-variant-numeric:tabular-nums"
TEXT = "text-align:left"
# A number, as 5e-07 too, with an interval, a deviation, or a total as in "2 of 3".
NUMBERS = re.compile(r"[+\-−]?\d(?:[\d\s.,%±\[\]+\-−]|to|of|e)*")


def table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    formats: Mapping[str, str] | None = None,
    index: bool = False,
) -> Html:
    """A frame as HTML: numbers right-aligned, text escaped, no index unless asked.

    Parameters
    ----------
    frame : one row per line; a cell may hold an :class:`Html`, which is shown as it is
    caption : a line above the table, which also names it for screen readers
    formats : column to format specification, such as ``{"eer": ".1%"}``; without one,
        integers are grouped by thousands and other numbers get three decimals
    index : show the index as row headings

    Raises
    ------
    ParameterError : a format for a column that the frame does not have
    """
    formats = dict(formats or {})
    if unknown := sorted(set(formats) - set(frame)):
        columns = list(frame)
        raise ParameterError(f"table: formats of {unknown}; the columns are {columns}")
    texts = pd.DataFrame(
        {c: [cell_text(v, formats.get(c)) for v in frame[c]] for c in frame},
        frame.index,
    )
    is_html = frame.map(lambda value: isinstance(value, Html))
    cells = frame.astype(object).where(is_html, texts)
    html = render(
        "table.html",
        caption=typeset(caption),
        heads=[typeset(str(column)) for column in frame],
        rows=cells.itertuples(name=None),
        index=frame.index if index else None,
        styles=[_style(texts[column]) for column in frame],
    )
    text = texts.to_string(index=index)
    return Html(html, f"{caption}\n{text}" if caption else text)


def cell_text(value: Any, specification: str | None = None) -> str:
    """One value as the table writes it."""
    if isinstance(value, Html):
        return value.text
    if value is None or value is pd.NA or (isinstance(value, Real) and value != value):
        return NO_VALUE
    if specification is not None:
        return typeset(format(value, specification))
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return f"{int(value):,}".replace(",", NARROW)
    if isinstance(value, Real):
        return typeset(f"{float(value):.3f}")
    return typeset(str(value))


def _style(texts: Iterable[str]) -> str:
    """Right for numbers, also for those with an interval; else left."""
    known = [text for text in texts if text != NO_VALUE]
    return NUMBER if known and all(map(NUMBERS.fullmatch, known)) else TEXT
