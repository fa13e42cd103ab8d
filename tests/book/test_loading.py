"""What happens when a page is opened, in headless Chromium.

1. From a server and from disk: no request leaves the machine, none fails, and the
   browser reports no error and no warning.
2. Every picture is shown, every sound can be played, every formula is set.
3. On a phone, 360 pixels wide, no page moves sideways, folds open or closed; what is
   wider than the screen scrolls in its own box.
4. The site's address leads to the first page; search finds a word of the book.
"""

import pytest
from site_files import FIRST, HTML

NEAR = ("http://127.0.0.1", "file:", "data:", "blob:")
FOLDS = "document.querySelectorAll('details').forEach(d => d.open = {open})"
SHOWN = """
Promise.all([...document.images].map(image => {
  image.loading = 'eager';
  return image.decode().then(() => null, () => image.src.slice(-60));
})).then(sources => sources.filter(source => source))
"""
# Elements whose right edge lies off the screen, unless an ancestor scrolls or hides it.
STICKING_OUT = """
[...document.querySelectorAll('article *')].filter(e => {
  const box = e.getBoundingClientRect();
  if (box.width === 0 || box.right <= innerWidth + 1) return false;
  for (let p = e; p && p.tagName !== 'ARTICLE'; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== 'visible') return false;
  return true;
}).map(e => e.outerHTML.slice(0, 120))
"""


def quiet(visit):
    assert [url for url in visit.requests if not url.startswith(NEAR)] == []
    assert visit.failed + visit.messages == []


def test_from_a_server(served):
    quiet(served)


def test_from_disk(offline):
    quiet(offline)


def test_pictures_sounds_and_formulas(offline):
    page = offline.page
    page.evaluate(FOLDS.format(open="true"))
    assert page.evaluate(SHOWN) == []
    mute = "[...document.querySelectorAll('audio')].filter(a => a.error).length"
    assert page.evaluate(mute) == 0
    formulas = page.locator(".math.notranslate")
    assert formulas.locator("mjx-container").count() == formulas.count()
    assert page.locator("mjx-merror").count() == 0


@pytest.mark.parametrize("folds_open", ["false", "true"])
def test_nothing_moves_sideways(offline, folds_open):
    page = offline.page
    page.evaluate(FOLDS.format(open=folds_open))
    page.evaluate("scrollTo(1000, 0)")
    assert page.evaluate("scrollX") == 0
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(STICKING_OUT) == []


def test_the_address_of_the_site_leads_to_the_first_page(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/", wait_until="commit")
    page.wait_for_url(f"{address}/{FIRST}")
    page.close()


def test_search_finds_a_word(visit):
    with visit(f"{HTML.as_uri()}/search.html?q=spectrogram") as opened:
        opened.page.wait_for_selector("#search-results li a", timeout=20_000)
        assert opened.page.locator("#search-results li").count() > 1
