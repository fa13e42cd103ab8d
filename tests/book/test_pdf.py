"""The PDF that ``make pdf`` prints.

1. Its bookmarks are the parts and chapters of the table of contents, in order.
2. Every picture of the chapters is in it.
3. All code, line by line, and all captions can be read in it; formulas are set.
4. Nothing sticks out of the paper.
"""

import re

import pypdf
import pytest
from site_files import ROOT, page

from antispoof_book import onepage

PDF = ROOT / "_build" / "book.pdf"
PARTS = onepage.contents(ROOT / "_toc.yml")
PAGES = [f"{name}.html" for _, names in PARTS for name in names]
TEXT_WIDTH = 665  # CSS pixels between the margins of print.css
STICKING_OUT = """
[...document.querySelectorAll('main *')].filter(e => {
  const box = e.getBoundingClientRect();
  const math = e.closest('mjx-assistive-mml');
  return !math && box.width > 1 && (box.right > innerWidth + 2 || box.left < -2);
}).map(e => e.outerHTML.slice(0, 120))
"""


def squeezed(text):
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def pdf():
    return pypdf.PdfReader(PDF)


@pytest.fixture(scope="module")
def text(pdf):
    """Its text without white space and without the numbers of pages."""
    pages = [squeezed(sheet.extract_text()) for sheet in pdf.pages]
    return "".join(page.removesuffix(str(n)) for n, page in enumerate(pages, 1))


def heading(name):
    title = page(name).soup.select_one("article h1")
    return squeezed("".join(t for t in title.strings if t != "#"))


def test_bookmarks(pdf):
    wanted = [(0, heading(PAGES[0]))]
    for caption, names in PARTS[1:]:
        wanted.append((0, squeezed(caption)))
        wanted += [(1, heading(f"{name}.html")) for name in names]
    found, sheets = [], []

    def walk(entries, depth=0):
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, depth + 1)
            else:
                found.append((depth, squeezed(entry.title)))
                sheets.append(pdf.get_destination_page_number(entry))

    walk(pdf.outline)
    assert [mark for mark in found if mark in wanted] == wanted
    assert sheets == sorted(sheets)


def test_pictures(pdf):
    shown = sum(
        len(page(name).soup.select('article img:not([src$=".svg"])')) for name in PAGES
    )
    assert sum(len(sheet.images.keys()) for sheet in pdf.pages) >= shown > 0


@pytest.mark.parametrize("name", PAGES)
def test_code_and_captions(text, name):
    article = page(name).soup.select_one("article")
    lines = [
        line
        for code in article.select("div.highlight pre")
        if not code.find_parent(class_="tag_bootstrap")
        for line in code.get_text().splitlines()
    ]
    captions = [caption.get_text() for caption in article.select("span.caption-text")]
    wanted = [squeezed(part) for part in lines + captions if "\\(" not in part]
    assert [part for part in wanted if part not in text] == []


def test_formulas_are_set(text):
    assert "\\(" not in text
    assert "\\frac" not in text


def test_nothing_sticks_out_of_the_paper(visit):
    joined = (ROOT / "_build" / "print" / "book" / "book.html").as_uri()
    with visit(joined, viewport={"width": TEXT_WIDTH, "height": 970}) as opened:
        opened.page.emulate_media(media="print")
        assert opened.page.evaluate(STICKING_OUT) == []
