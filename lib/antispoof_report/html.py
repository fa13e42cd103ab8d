"""A piece of HTML that a notebook cell can show, with its plain-text counterpart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import jinja2

TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("antispoof_report"), autoescape=True, trim_blocks=True
)


@dataclass(frozen=True)
class Html:
    """Shown as ``html`` in a notebook or page, as ``text`` in a terminal."""

    html: str
    text: str

    def __add__(self, other: Html) -> Html:
        """Both, one below the other."""
        return Html(f"{self.html}\n{other.html}", f"{self.text}\n{other.text}")

    def _repr_html_(self) -> str:
        return self.html

    __html__ = _repr_html_  # so that a template shows it as it is

    def __repr__(self) -> str:
        """The plain text, which a terminal shows."""
        return self.text


def typeset(text: str) -> str:
    """Text with per cent signs that stay with their number, and with a true minus."""
    text = re.sub(r"(?<=\d) ?%", "\u202f%", text)
    return re.sub(r"(?<![\w.-])-(?=\d)", "\u2212", text)


def render(template: str, **values: Any) -> str:
    """A file of the folder ``templates``, filled in; text is escaped."""
    return TEMPLATES.get_template(template).render(values)
