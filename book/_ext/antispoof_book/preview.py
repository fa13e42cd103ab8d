"""The picture that a shared link to the book shows, 1200 by 630 pixels.

    python -m antispoof_book.preview ROOT

draws it from the title and a figure of the built site, into ``book/_static``. It is
committed, since it has to have the same address whatever the chapters show.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup

from . import chromium

SIZE = {"width": 1200, "height": 630}
CARD = """<!doctype html><style>
  body {{ margin: 0; width: 1200px; height: 630px; display: grid; color: #fff;
    grid-template-rows: auto 1fr; background: #14181e; font-family: sans-serif }}
  header {{ padding: 48px 64px 24px }}
  h1 {{ margin: 0 0 16px; font-size: 60px; line-height: 1.1 }}
  p {{ margin: 0; font-size: 32px; color: #c5cbd4 }}
  figure {{ margin: 0 64px 40px; border-radius: 12px; background: #fff;
    display: grid; place-items: center; overflow: hidden }}
  img {{ height: 330px }}
</style><header><h1>{question}</h1><p>{title}</p></header>
<figure><img src="{picture}"></figure>"""


def draw(root: Path) -> Path:
    """Draw the card of the site built below ``root``; returns its path."""
    site = root / "_build" / "html"
    front = _read(site / "book" / "intro.html")
    chapter = site / "notebooks" / "02_preprocessing.html"
    picture = _read(chapter).select_one("#fig-beside img")["src"]
    question = next(front.select_one("article h1").strings)
    html = CARD.format(
        question=escape(question),
        title=escape(front.select_one(".logo__title").get_text(strip=True)),
        picture=(chapter.parent / picture).resolve().as_uri(),
    )
    card = root / "_build" / "preview.html"
    card.write_text(html, "utf-8")
    made = root / "book" / "_static" / "preview.png"
    with chromium.started() as browser:
        tab = browser.new_page(viewport=SIZE)
        tab.goto(card.as_uri())
        tab.screenshot(path=made)
    return made


def _read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


if __name__ == "__main__":
    print(f"the picture of shared links: {draw(Path(sys.argv[1]).resolve())}")
