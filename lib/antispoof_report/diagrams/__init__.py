"""Figures of the background chapter.

``sound`` and ``networks`` draw from real values. The drawings that never change are SVG
files in this folder.
"""

from importlib.resources import files
from typing import Any


def drawing(name: str) -> Any:
    """The drawing ``name``.svg, as IPython displays it.

    Raises
    ------
    FileNotFoundError
        If there is no drawing of this name.
    """
    from IPython.display import SVG

    return SVG(files(__package__).joinpath(f"{name}.svg").read_text(encoding="utf-8"))
