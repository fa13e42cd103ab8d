"""Chapters as notebooks: one jupytext pair a chapter, run by papermill.

``notebooks/NN_name.py`` (percent format) is the source, ``NN_name.ipynb`` is
generated from it (:mod:`~antispoof_report.notebooks.sync`) and run with checked parameters
(:mod:`~antispoof_report.notebooks.execute`). ``python -m antispoof_report.notebooks`` does either.

jupytext and papermill are needed here and nowhere below; they are imported when used.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from antispoof.errors import AntispoofError


class ChapterError(AntispoofError):
    """A chapter that cannot be generated or run."""


def tool(name: str) -> ModuleType:
    """Import one of the book's tools, or say in a sentence how to get it."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise ChapterError(
            f"the chapters need the package {name!r}, which cannot be imported "
            f"({error}): pip install -r requirements.txt"
        ) from error


def project_root(inside: Path) -> Path:
    """The nearest folder at or above ``inside`` that holds a pyproject.toml."""
    inside = Path(inside).resolve()
    for folder in (inside, *inside.parents):
        if (folder / "pyproject.toml").is_file():
            return folder
    raise ChapterError(
        f"no pyproject.toml in {inside} or above it: chapters live in the project"
    )
