"""Pictures of every page, to be looked at: light, dark, on a phone and on paper.

    python tools/screenshots.py [WORD ...]

writes ``_build/screenshots/MODE/PAGE.png`` from the built site, for the pages whose
name contains one of the words, or for all. Folds are closed, as a reader finds them.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "book"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "book" / "_ext"))

import site_files

from antispoof_book import chromium

OUT = site_files.ROOT / "_build" / "screenshots"
READY = """
document.querySelectorAll('img[loading]').forEach(i => i.loading = 'eager');
Promise.all([window.MathJax?.startup?.promise, document.fonts.ready,
  ...[...document.images].map(i => i.decode().catch(() => 0))]).then(() => 0)
"""
MODES = {  # width in CSS pixels, and media
    "light": (1280, {"color_scheme": "light"}),
    "dark": (1280, {"color_scheme": "dark"}),
    "phone": (360, {"color_scheme": "light"}),
    "print": (665, {"color_scheme": "light", "media": "print"}),
}


def main(words: list[str]) -> None:
    """Write the pictures in every mode."""
    pages = [p for p in site_files.names() if not words or any(w in p for w in words)]
    with chromium.started() as browser:
        for name, (width, media) in MODES.items():
            tab = browser.new_page(viewport={"width": width, "height": 900})
            tab.emulate_media(reduced_motion="reduce", **media)
            for page in pages:
                tab.goto((site_files.HTML / page).as_uri(), timeout=120_000)
                tab.evaluate(READY)
                picture = (OUT / name / page).with_suffix(".png")
                tab.screenshot(path=picture, full_page=True)
            tab.close()
    print(f"the pictures: {OUT}")


if __name__ == "__main__":
    main(sys.argv[1:])
