"""axe-core's rules, all of them, on every page in both colour modes.

1. No violation in light or dark, folds open.
2. The first key press reaches the link that skips to the contents.
"""

import json
from pathlib import Path

import pytest

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing(served, mode):
    page = served.page
    page.emulate_media(color_scheme=mode, reduced_motion="reduce")
    page.wait_for_function(f"document.documentElement.dataset.theme === '{mode}'")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # Colours that are still changing have another contrast than the page will have.
    page.add_style_tag(content="* { transition: none !important }")
    page.wait_for_timeout(500)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["violations"] == [], json.dumps(found["violations"], indent=1)


def test_the_first_key_skips_to_the_contents(visit, address):
    with visit(f"{address}/book/introduction.html") as opened:
        opened.page.keyboard.press("Tab")
        focused = "document.activeElement.getAttribute('href')"
        assert opened.page.evaluate(focused) == "#main-content"
