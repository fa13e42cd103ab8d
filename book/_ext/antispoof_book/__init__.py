"""The book's Sphinx extension: what this book needs beyond Jupyter Book.

``notebook``       joins the outputs of an executed notebook to the current prose;
``pages``          shows the joined notebook in place of the clean source;
``results``        the role ``{result}`` that quotes a value from a chapter;
``marks``          the role ``{mark}`` for the badges S, N and O, and their legend;
``generated``      the table of the chapters' parameters;
``library``        the reference of both packages, from their docstrings;
``provenance``     at the end of a chapter, what it was made with;
``scripts``        what a page loads: nothing twice, nothing from the network;
``accessible``     fixes of the theme's HTML for screen readers;
``repository``     links from the one address in ``pyproject.toml``;
``clip_page``      the detector in the browser, for the page "Ask about a clip";
``launch``         buttons that run, download and edit a chapter;
"""

from importlib import import_module
from pathlib import Path

from sphinx.application import Sphinx

from antispoof.hashing import hash_file, hash_folder

PARTS = (
    *("repository", "launch", "pages", "results", "marks"),
    *("generated", "provenance", "library", "clip_page", "scripts", "accessible"),
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part with Sphinx."""
    for part in PARTS:
        import_module(f"{__name__}.{part}").setup(app)
    # Every page is made again when this code or a template changes.
    here = Path(__file__).parent
    templates = sorted(here.parents[1].glob("_templates/*"))
    code = [hash_folder(here), *map(hash_file, templates)]
    app.add_config_value("antispoof_book_code", code, "env")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
