"""The book as one PDF: the joined page, printed by headless Chromium.

    python -m antispoof_book.pdf ROOT

takes the site in ``ROOT/_build/html`` and writes ``ROOT/_build/book.pdf``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from . import chromium, onepage

READY = (
    "Promise.all([window.MathJax?.startup?.promise, document.fonts.ready])"
    ".then(() => 0)"
)


def write(root: Path) -> Path:
    """Print the site built below ``root``; returns the path of the PDF.

    Raises FileNotFoundError if there is no site, BrowserMissingError if there is no
    browser.
    """
    site, folder = root / "_build" / "html", root / "_build" / "print"
    parts = onepage.contents(root / "_toc.yml")
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "book.html"
    page.write_text(onepage.joined(site, parts, folder), "utf-8")
    made = root / "_build" / "book.pdf"
    with chromium.started() as browser:
        tab = browser.new_page(color_scheme="light", reduced_motion="reduce")
        tab.goto(page.as_uri(), wait_until="load")
        tab.evaluate(READY)
        tab.pdf(
            path=made,
            prefer_css_page_size=True,
            print_background=True,
            outline=True,
            tagged=True,
        )
    return made


if __name__ == "__main__":
    print(f"the book: {write(Path(sys.argv[1]).resolve())}")
