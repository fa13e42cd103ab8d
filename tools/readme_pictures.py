"""The pictures of the README, from the built site.

    python tools/readme_pictures.py CLIP

CLIP is a sound file that the detector calls fake, for the page *Ask about a clip*. Run
it when a page that is shown has changed, and look at what it wrote.
"""

import io
import sys

from PIL import Image

from screenshots import READY, chromium, site_files

OUT = site_files.ROOT / "book" / "_static" / "readme"
CHECKED = "/done/.test(document.querySelector('p[role=status]').textContent)"


def main(clip: str) -> None:
    """Write all three."""
    with chromium.started() as browser:
        tab = browser.new_page(viewport={"width": 1240, "height": 1500})
        _open(tab, "book/intro")
        _save(tab.screenshot(), "front-page")
        tab.set_viewport_size({"width": 1280, "height": 900})
        _open(tab, "notebooks/04_resnet")
        top, end = (
            tab.locator(f"section#{name}").bounding_box()
            for name in ("the-block-in-code", "what-the-shortcut-does-to-the-gradient")
        )
        whole = {"x": top["x"] - 15, "y": top["y"], "width": top["width"] + 30}
        whole["height"] = end["y"] + end["height"] - top["y"]
        _save(tab.screenshot(clip=whole, full_page=True), "chapter")
        tab.set_viewport_size({"width": 620, "height": 1180})
        _open(tab, "book/ask_of_a_clip")
        tab.set_input_files("#clip-file", clip)
        tab.wait_for_function(CHECKED, timeout=120_000)
        tab.evaluate("document.querySelector('h1').scrollIntoView()")
        _save(tab.screenshot(), "ask-of-a-clip")
    print(f"the pictures: {OUT}")


def _open(tab, page: str) -> None:
    tab.goto((site_files.HTML / f"{page}.html").as_uri(), timeout=120_000)
    tab.evaluate(READY)


def _save(png: bytes, name: str) -> None:
    """With 256 colours, which these pages hardly exceed: a fifth of the size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256)
    picture.save(OUT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
