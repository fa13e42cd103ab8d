"""The book's Sphinx extension: what this book needs that Jupyter Book has not.

``notebook``    reads an executed notebook and joins its outputs to today's prose;
``pages``       shows the joined notebook in place of the clean source;
``results``     the role ``{result}`` that quotes a value from a chapter;
``marks``       the role ``{mark}`` for the badges S, N and O, and their legend;
``drawn``       the directive ``{drawn-figure}``, a numbered figure made of markup;
``scripts``     what a page loads: nothing twice, nothing from elsewhere;
``accessible``  mends of the theme's HTML for readers who do not see it;
``repository``  links and launch buttons from the one address in ``pyproject.toml``.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from . import accessible, drawn, marks, pages, repository, results, scripts


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part with Sphinx."""
    for part in (repository, pages, results, marks, drawn, scripts, accessible):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
