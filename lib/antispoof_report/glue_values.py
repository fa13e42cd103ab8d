"""Numbers for the text: glued where the book is built, ignored elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np


def glue(name: str, value: Any) -> None:
    """Record ``value`` under ``name`` for the book's text.

    The chapter's own prose quotes it as ``{result}`name```, other pages as
    ``{result}`NN_chapter::name```. A string is quoted as it is, so a
    number is formatted here. Without myst-nb, as on Colab, nothing happens.
    """
    try:
        from myst_nb import glue as keep
    except ImportError:
        return
    # NumPy's scalars would be printed with their type around them.
    keep(name, value.item() if isinstance(value, np.generic) else value, display=False)
