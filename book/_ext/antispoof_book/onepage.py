"""The site as one HTML page, in reading order, for printing.

Chapters are taken from the finished pages, so print and screen show the same. Parts
become headings of the first level and chapters of the second, which make the bookmarks
of the PDF. Ids get their chapter's name in front, links between pages become links
within the page, and folds are opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
# What needs a screen: buttons, anchors to copy, the cell that installs the library.
SCREEN_ONLY = "button, script, a.headerlink, .tag_bootstrap, .toctree-wrapper"
SHEET = "sheet-number"  # class of the places on the cover for page numbers
EMPTY = """<!doctype html><html lang="en" data-theme="light" data-mode="light"><head>
<meta charset="utf-8"><title></title></head><body>
<main class="one-page bd-article"><header class="cover"><p class="book-title"></p>
</header></main></body></html>"""

Parts = list[tuple[str, list[str]]]
"""Caption of a part, and its pages as Sphinx names them."""


def contents(toc: Path) -> Parts:
    """The parts of ``_toc.yml``; the first page of the book has no caption."""
    read = yaml.safe_load(toc.read_text("utf-8"))
    parts = [
        (part["caption"], [page["file"] for page in part["chapters"]])
        for part in read["parts"]
    ]
    return [("", [read["root"]]), *parts]


def joined(site: Path, parts: Parts, folder: Path) -> str:
    """One page of all ``parts``, whose files are found from ``folder``.

    Parameters
    ----------
    site : the built site
    parts : what is joined, in this order
    folder : where the page will be written
    """
    soups = {name: _read(site / f"{name}.html") for _, names in parts for name in names}
    first = next(iter(soups))
    one = BeautifulSoup(EMPTY, "html.parser")
    title = soups[first].select_one(".logo__title").get_text(strip=True)
    one.title.string = one.select_one(".book-title").string = title
    for tag in _styles_and_mathjax(list(soups.values())):
        _relocate(tag, site / f"{first}.html", folder)
        one.head.append(tag)
    for caption, names in parts:
        section = _append(one, one.main, "section", {"class": "part"})
        listed = BeautifulSoup("<ul></ul>", "html.parser").ul
        if caption:
            _append(one, section, "h1", text=caption)
            # No heading on the cover, or all bookmarks would belong to it.
            _append(one, one.header, "p", text=caption)
        one.header.append(listed)
        for name in names:
            article = soups[name].select_one("article.bd-article")
            for tag in article.select(SCREEN_ONLY):
                tag.decompose()
            entry, anchor = _append(one, listed, "li"), _anchor(name)
            heading = article.h1.get_text(" ", strip=True)
            _append(one, entry, "a", {"href": f"#{anchor}"}, heading)
            _append(one, entry, "span", {"class": SHEET, "data-of": anchor})
            _localise(article, name, list(soups), site, folder)
            article.name, article["id"], article["class"] = "section", anchor, "chapter"
            section.append(article)
    return str(one)


def _read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def _append(
    one: BeautifulSoup, parent: Tag, name: str, attrs: dict | None = None, text=""
) -> Tag:
    tag = one.new_tag(name, attrs=attrs or {})
    tag.string = text
    parent.append(tag)
    return tag


def _anchor(page: str, fragment: str = "") -> str:
    """The id in the joined page of a page, or of an id on it."""
    name = page.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def _styles_and_mathjax(soups: list[BeautifulSoup]) -> list[Tag]:
    """Style sheets, and the scripts of MathJax from the first page that has them."""
    styles = soups[0].head.select("link[rel~=stylesheet]")
    for soup in soups:
        maths = [tag for tag in soup.head.find_all("script") if "athjax" in str(tag)]
        if maths:
            return [*styles, *maths]
    return styles


def _localise(
    article: Tag, page: str, pages: list[str], site: Path, folder: Path
) -> None:
    """Make ids, links, files, folds and headings those of the joined page."""
    here = site / f"{page}.html"
    known = {(site / f"{name}.html").resolve(): name for name in pages}
    for tag in article.find_all(True):
        for attribute in ("id", *REFERRING):
            if tag.get(attribute):
                ids = [_anchor(page, name) for name in tag[attribute].split()]
                tag[attribute] = " ".join(ids)
        address = urlsplit(tag.get("href", ""))
        if tag.name == "a" and tag.get("href") and not address.scheme:
            path = (here.parent / unquote(address.path)) if address.path else here
            target = known.get(path.resolve())
            if target is None:
                del tag["href"]  # a download, or the index: not on paper
            else:
                tag["href"] = f"#{_anchor(target, unquote(address.fragment))}"
        elif tag.name == "details":
            tag["open"] = ""
        elif tag.name in ("h1", "h2", "h3", "h4", "h5"):  # below that of their part
            for text in tag.find_all(string=True):
                text.replace_with(" ".join(text.split("\n")))
            tag.name = f"h{int(tag.name[1]) + 1}"
        elif tag.name == "img":
            tag.attrs.pop("loading", None)  # or it would be blank
        _relocate(tag, here, folder)


def _relocate(tag: Tag, page: Path, folder: Path) -> None:
    """Let what ``tag`` loads be found from ``folder`` instead of from ``page``."""
    for attribute in ("src", "poster", *(["href"] if tag.name == "link" else [])):
        address = tag.get(attribute)
        if address and not urlsplit(address).scheme:
            path = page.parent / unquote(urlsplit(address).path)
            tag[attribute] = os.path.relpath(path.resolve(), folder.resolve())
