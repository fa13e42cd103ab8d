"""Figures of the background chapter.

``sound`` and ``networks`` draw from real values. The drawings that never change are SVG
files in this folder.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from antispoof.errors import ParameterError

if TYPE_CHECKING:
    from IPython.display import SVG

DRAWINGS = ("lstm_cell", "residual_block", "rnn_unrolled")


def drawing(name: str) -> SVG:
    """A drawing for display in a notebook.

    Raises
    ------
    ParameterError
        If there is no drawing of this name.
    """
    from IPython.display import SVG

    if name not in DRAWINGS:
        raise ParameterError(f"drawing {name!r}; accepted: {', '.join(DRAWINGS)}")
    return SVG(files(__package__).joinpath(f"{name}.svg").read_text(encoding="utf-8"))
