"""Pictures of every page, to be looked at: as light, dark, on a phone and on paper.

    python tests/book/screenshots.py [PAGE ...]

writes ``_build/screenshots/MODE/PAGE.png`` from the built site, of the pages whose name
contains one of the words given, or of all. A page is cut into pieces of a screen's
height that stand side by side, so that all of it can be read at one glance. Folds are
closed, as a reader finds them; on paper they are open, as in the PDF.

Nothing is compared: what is wrong with a page, people see and programs do not.
"""

import io
import sys
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

sys.path.append(str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

import site_files
from antispoof_book import chromium

OUT = site_files.ROOT / "_build" / "screenshots"
PATIENCE = 120_000  # milliseconds
GAP = 12  # pixels between two pieces
GREY = (128, 128, 128)
READY = """
document.querySelectorAll('img[loading]').forEach(i => i.loading = 'eager');
Promise.all([window.MathJax?.startup?.promise, document.fonts.ready,
  ...[...document.images].map(i => i.decode().catch(() => 0))]).then(() => 0)
"""


@dataclass(frozen=True)
class Mode:
    """A way of looking at a page, in CSS pixels."""

    width: int
    height: int  # of a piece
    media: dict = field(default_factory=dict)


MODES = {
    "light": Mode(1280, 1600, {"color_scheme": "light"}),
    "dark": Mode(1280, 1600, {"color_scheme": "dark"}),
    "phone": Mode(360, 1600, {"color_scheme": "light"}),
    "print": Mode(665, 970, {"color_scheme": "light", "media": "print"}),
}


def side_by_side(tab, mode: Mode) -> Image.Image:
    """The whole page that a tab shows, in pieces from left to right."""
    total = tab.evaluate("document.documentElement.scrollHeight")
    tops = range(0, total, mode.height)
    sheet = Image.new("RGB", (len(tops) * (mode.width + GAP), mode.height), GREY)
    for number, top in enumerate(tops):
        height = min(mode.height, total - top)
        clip = {"x": 0, "y": top, "width": mode.width, "height": height}
        piece = Image.open(io.BytesIO(tab.screenshot(full_page=True, clip=clip)))
        sheet.paste(piece, (number * (mode.width + GAP), 0))
    return sheet


def take(pages: list[str]) -> None:
    """Write the pictures of `pages` in every mode."""
    with chromium.started() as browser:
        for name, mode in MODES.items():
            size = {"width": mode.width, "height": 900}
            tab = browser.new_page(viewport=size, reduced_motion="reduce")
            tab.set_default_timeout(PATIENCE)
            tab.emulate_media(**mode.media)
            for page in pages:
                tab.goto((site_files.HTML / page).as_uri(), wait_until="load")
                tab.evaluate(READY)
                picture = OUT / name / f"{page.removesuffix('.html')}.png"
                picture.parent.mkdir(parents=True, exist_ok=True)
                side_by_side(tab, mode).save(picture)
            tab.close()


if __name__ == "__main__":
    words = sys.argv[1:] or [""]
    take([page for page in site_files.names() if any(word in page for word in words)])
    print(f"the pictures: {OUT}")
