"""Chapters as notebooks: one jupytext pair per chapter, run by papermill.

``notebooks/NN_name.py`` (percent format) is the source. ``NN_name.ipynb`` is generated
from it (:mod:`~antispoof_report.notebooks.sync`) and run with checked parameters
(:mod:`~antispoof_report.notebooks.execute`). The command is
``python -m antispoof_report.notebooks``.

The header of a source can declare, under ``antispoof:``, what batch runs must know of
the chapter (:class:`Declaration`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antispoof.errors import AntispoofError

KEY = "antispoof"  # in the metadata of a notebook
CHAPTER = "[0-9][0-9]_*"  # name of a chapter, without its suffix


class ChapterError(AntispoofError):
    """A chapter that cannot be generated or run."""


@dataclass(frozen=True)
class Declaration:
    """What a chapter's header declares under ``antispoof:``.

    Attributes
    ----------
    trains : name of the model that the chapter trains; empty if none.
    compares : whether it compares the runs of the training chapters.
    reads : files and folders of the project that it reads, beside code and corpus.
    """

    trains: str = ""
    compares: bool = False
    reads: tuple[str, ...] = ()

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any], *, where: str) -> Declaration:
        """The declaration in a notebook's metadata.

        Raises
        ------
        ChapterError
            If a key is unknown.
        """
        values = dict(metadata.get(KEY) or {})
        try:
            return cls(**values | {"reads": tuple(values.get("reads", ()))})
        except TypeError as error:
            raise ChapterError(
                f"{where}: {KEY} in the header has the keys {', '.join(values)};"
                f" accepted: {', '.join(cls.__annotations__)}"
            ) from error


def read_declaration(notebook: Path) -> Declaration:
    """What a chapter's notebook declares."""
    metadata = json.loads(Path(notebook).read_text("utf-8"))["metadata"]
    return Declaration.from_metadata(metadata, where=str(notebook))


def project_root(inside: Path) -> Path:
    """The nearest folder at or above ``inside`` that holds a pyproject.toml."""
    inside = Path(inside).resolve()
    for folder in (inside, *inside.parents):
        if (folder / "pyproject.toml").is_file():
            return folder
    raise ChapterError(f"no pyproject.toml in {inside} or in a folder above it")
