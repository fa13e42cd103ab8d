"""The book as one PDF: the joined page, printed by headless Chromium.

    python -m antispoof_book.pdf ROOT

takes the site in ``ROOT/_build/html`` and writes ``ROOT/_build/book.pdf``.
"""

import sys
from pathlib import Path

from . import chromium, onepage

TIMEOUT = 120_000  # milliseconds; a busy machine opens pages slowly
READY = (
    "Promise.all([window.MathJax?.startup?.promise, document.fonts.ready])"
    ".then(() => 0)"
)


def write(root: Path) -> Path:
    """Print the site built below ``root``; returns the path of the PDF.

    Raises FileNotFoundError if there is no site or no browser.
    """
    root = root.resolve()  # a relative link would start at its own folder
    site, out = root / "_build" / "html", root / "_build" / "book.pdf"
    page = root / "_build" / "print" / "book" / "book.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    for name in ("_static", "_images"):
        (page.parents[1] / name).unlink(missing_ok=True)
        (page.parents[1] / name).symlink_to(site / name)
    page.write_text(onepage.joined(site, onepage.contents(root / "_toc.yml")), "utf-8")
    with chromium.started() as browser:
        tab = browser.new_page(color_scheme="light", reduced_motion="reduce")
        tab.goto(page.as_uri(), wait_until="load", timeout=TIMEOUT)
        tab.evaluate(READY)
        options = {"print_background": True, "outline": True, "tagged": True}
        tab.pdf(path=out, prefer_css_page_size=True, **options)
    return out


if __name__ == "__main__":
    print(f"the book: {write(Path(sys.argv[1]).resolve())}")
