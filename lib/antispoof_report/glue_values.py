"""Numbers for the text: glued where the book is built, said by `say` elsewhere."""

import re
from typing import Any

import numpy as np

from antispoof_report.html import typeset

VALUES: dict[str, Any] = {}  # name -> value, of this session
UNKNOWN = "—"  # shown where there are no runs to take a number from
PLACE = re.compile(r"\[\[(\w+)\]\]")


def glue(name: str, value: Any) -> None:
    """Record ``value`` under ``name`` for the book's text.

    The chapter's own prose quotes it as ``{result}`name```, other pages as
    ``{result}`NN_chapter::name```. A string is quoted as it is, so a
    number is formatted here; see :func:`typeset` for its signs.
    Without myst-nb, as on Colab, only :func:`say` shows it.
    """
    VALUES[name] = value = typeset(value) if isinstance(value, str) else value
    try:
        from myst_nb import glue as keep
    except ImportError:
        return
    # NumPy's scalars would be printed with their type around them.
    keep(name, value.item() if isinstance(value, np.generic) else value, display=False)


def say(text: str) -> Any:
    """Text with each ``[[name]]`` replaced by what was glued, as Markdown.

    What was not glued is a dash: a chapter that is alone has no recorded runs. (The
    book's build fails if a name is glued nowhere.)
    """
    from IPython.display import Markdown

    return Markdown(PLACE.sub(lambda place: str(VALUES.get(place[1], UNKNOWN)), text))
