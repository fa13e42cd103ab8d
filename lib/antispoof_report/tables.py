"""A data frame as a table for reading."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from numbers import Integral, Real
from typing import Any

import pandas as pd

from antispoof.errors import ParameterError
from antispoof_report.html import Html, typeset

NO_VALUE = "–"
NARROW = "\u202f"  # a space that does not break
NUMBER = "text-align:right;font-variant-numeric:tabular-nums"
TEXT = "text-align:left"
# A number with an interval, a deviation, or a total as in "2 of 3".
NUMBERS = re.compile(r"[+\-−]?\d(?:[\d\s.,%±\[\]+\-−]|to|of)*")


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
    formats, columns = dict(formats or {}), list(frame.columns)
    if unknown := sorted(set(formats) - set(columns)):
        raise ParameterError(f"table: formats of {unknown}; the columns are {columns}")
    texts = {c: [cell_text(v, formats.get(c)) for v in frame[c]] for c in columns}
    heads, cells = [], []
    for column in columns:
        style = _style(map(cell_text, frame[column]))
        heads.append(_tag('th scope="col"', escape(typeset(str(column))), style))
        shown = zip(frame[column], texts[column], strict=True)
        shown = [v.html if isinstance(v, Html) else escape(text) for v, text in shown]
        cells.append([_tag("td", html, style) for html in shown])
    if index:
        heads.insert(0, _tag('th scope="col"', escape(frame.index.name or ""), TEXT))
        labels = [escape(str(label)) for label in frame.index]
        cells.insert(0, [_tag('th scope="row"', label, TEXT) for label in labels])
    rows = [f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True)]
    title = f"<caption>{escape(typeset(caption))}</caption>" if caption else ""
    name = escape(caption or "Table", quote=True)
    # A wide table scrolls inside its own box, which the keyboard can reach.
    html = (
        f'<div class="report-table" role="region" aria-label="{name}" tabindex="0" '
        f'style="overflow-x:auto"><table class="dataframe">{title}'
        f"<thead><tr>{''.join(heads)}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    text = pd.DataFrame(texts, frame.index).to_string(index=index)
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


def _tag(name: str, content: str, style: str) -> str:
    return f'<{name} style="{style}">{content}</{name[:2]}>'
