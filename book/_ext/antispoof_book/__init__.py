"""The book's Sphinx extension: what this book needs that Jupyter Book has not.

``notebook``    reads an executed notebook and joins its outputs to today's prose;
``pages``       shows the joined notebook in place of the clean source;
``results``     the role ``{result}`` that quotes a value from a chapter;
``marks``       the role ``{mark}`` for the badges S, N and O, and their legend;
``drawn``       the directive ``{drawn-figure}``, a numbered figure made of markup;
``generated``   the tables of chapters' parameters and of what a sweep costs;
``library``     the reference of the library, from its docstrings;
``made``        at the end of each page, what it was made with and how to cite it;
``scripts``     what a page loads: nothing twice, nothing from elsewhere;
``accessible``  mends of the theme's HTML for readers who do not see it;
``quick``       what makes a build quicker and changes nothing on a page;
``repository``  links from the one address in ``pyproject.toml``;
``launch``      buttons that run, download and edit a chapter;
``shown``       a page on its way to HTML, as what changes it there is given it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sphinx.application import Sphinx

from . import (
    accessible,
    drawn,
    generated,
    launch,
    library,
    made,
    marks,
    pages,
    quick,
    repository,
    results,
    scripts,
)

PARTS = (
    quick,
    repository,
    launch,
    pages,
    results,
    marks,
    drawn,
    generated,
    made,
    library,
    scripts,
    accessible,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    # Pages were made by this code too: when it changes, all are made again.
    app.add_config_value("antispoof_book_code", fingerprint(), "env")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def fingerprint() -> str:
    """Hash of the extension's modules and of the templates beside it."""
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *here.parents[1].glob("_templates/*.html")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
