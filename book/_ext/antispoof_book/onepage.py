"""The whole site as one HTML page, in reading order, for printing.

Chapters are taken from the finished pages, so that print and screen show the same.
Parts become headings of the first level and chapters of the second, which is what the
bookmarks of the PDF are made from. Ids get their chapter's name in front, links
between pages become links within the page, and folds are opened.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

LOADED = ("src", "poster")
REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
# What needs a screen: buttons, anchors to copy, the cell that installs the library.
SCREEN_ONLY = ("button", "script", "a.headerlink", ".tag_bootstrap", ".toctree-wrapper")
SHEET = "sheet-number"  # class of the places on the cover for page numbers
DEEPEST = 6  # heading level of HTML


@dataclass(frozen=True)
class Part:
    """A part of the contents: its caption, and its pages as Sphinx names them."""

    caption: str
    pages: tuple[str, ...]


def contents(toc: Path) -> list[Part]:
    """The parts of ``_toc.yml``; the page that the book opens with has no caption."""
    read = yaml.safe_load(toc.read_text("utf-8"))
    parts = [
        Part(part["caption"], tuple(chapter["file"] for chapter in part["chapters"]))
        for part in read["parts"]
    ]
    return [Part("", (read["root"],)), *parts]


def joined(site: Path, parts: list[Part], folder: Path) -> str:
    """One page of all ``parts``, whose files are found from ``folder``.

    Parameters
    ----------
    site : the built site
    parts : what is joined, in this order
    folder : where the page will be written
    """
    pages = [name for part in parts for name in part.pages]
    soups = {name: _read(site / f"{name}.html") for name in pages}
    first = soups[pages[0]]
    title = first.select_one(".logo__title").get_text(strip=True)

    one = BeautifulSoup(
        "<!doctype html><html lang='en' data-theme='light' data-mode='light'>"
        "<head><meta charset='utf-8'></head>"
        "<body><main class='one-page bd-article'></main></body></html>",
        "html.parser",
    )
    one.head.append(_element(one, "title", title))
    for tag in _styles_and_mathjax(soups.values()):
        _relocate(tag, site / f"{pages[0]}.html", folder)
        one.head.append(tag)

    one.main.append(_cover(one, title, parts, soups))
    for part in parts:
        section = one.new_tag("section", attrs={"class": "part"})
        one.main.append(section)
        if part.caption:
            section.append(_element(one, "h1", part.caption))
        for name in part.pages:
            article = soups[name].select_one("article.bd-article")
            _for_paper(article)
            _localise(article, name, pages, site, folder)
            _demote(article)
            article.name = "section"
            article["id"] = _anchor(name, "")
            article["class"] = ["chapter"]
            section.append(article)
    return str(one)


def _read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def _element(soup: BeautifulSoup, name: str, text: str = "") -> Tag:
    tag = soup.new_tag(name)
    tag.string = text
    return tag


def _anchor(page: str, fragment: str) -> str:
    """The id in the joined page of a page, or of a place on it."""
    name = page.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def _styles_and_mathjax(soups) -> list[Tag]:
    """Style sheets, and the scripts of MathJax from the first page that has them."""
    soups = list(soups)
    styles = soups[0].head.select("link[rel~=stylesheet]")
    for soup in soups:
        maths = [tag for tag in soup.head.find_all("script") if "athjax" in str(tag)]
        if maths:
            return [*styles, *maths]
    return styles


def _cover(one: BeautifulSoup, title: str, parts: list[Part], soups) -> Tag:
    """Title and contents; no heading, or all bookmarks would hang on it."""
    cover = one.new_tag("header", attrs={"class": "cover"})
    name = _element(one, "p", title)
    name["class"] = "book-title"
    cover.append(name)
    for part in parts:
        if part.caption:
            cover.append(_element(one, "p", part.caption))
        listed = one.new_tag("ul")
        for page in part.pages:
            heading = soups[page].select_one("article h1")
            for link in heading.select("a.headerlink"):
                link.decompose()
            entry = one.new_tag("li")
            link = _element(one, "a", heading.get_text(" ", strip=True))
            link["href"] = f"#{_anchor(page, '')}"
            entry.append(link)
            sheet = one.new_tag("span", attrs={"class": SHEET})
            sheet["data-of"] = _anchor(page, "")
            entry.append(sheet)
            listed.append(entry)
        cover.append(listed)
    return cover


def _for_paper(article: Tag) -> None:
    for selector in SCREEN_ONLY:
        for tag in article.select(selector):
            tag.decompose()
    for fold in article.select("details"):
        fold["open"] = ""
    for image in article.select("img[loading]"):
        del image["loading"]  # or it would be blank


def _localise(
    article: Tag, page: str, pages: list[str], site: Path, folder: Path
) -> None:
    """Ids, links and files of a chapter, made those of the joined page."""
    here = site / f"{page}.html"
    places = {(site / f"{name}.html").resolve(): name for name in pages}
    for tag in article.find_all(True):
        if tag.get("id"):
            tag["id"] = _anchor(page, tag["id"])
        for attribute in REFERRING:
            if tag.get(attribute):
                ids = tag[attribute].split()
                tag[attribute] = " ".join(_anchor(page, name) for name in ids)
        if tag.name == "a" and tag.get("href"):
            parts = urlsplit(tag["href"])
            if parts.scheme:
                continue
            target = (here.parent / unquote(parts.path)).resolve()
            known = places.get(target if parts.path else here.resolve())
            if known is None:
                del tag["href"]  # a download, or the index: not on paper
            else:
                tag["href"] = f"#{_anchor(known, unquote(parts.fragment))}"
        _relocate(tag, here, folder)


def _relocate(tag: Tag, page: Path, folder: Path) -> None:
    """Let what ``tag`` loads be found from ``folder`` instead of from ``page``."""
    for attribute in (*LOADED, "href") if tag.name == "link" else LOADED:
        address = tag.get(attribute)
        if address and not urlsplit(address).scheme:
            path = page.parent / unquote(urlsplit(address).path)
            tag[attribute] = os.path.relpath(path.resolve(), folder.resolve())


def _demote(article: Tag) -> None:
    """Headings one level down, below that of their part."""
    for heading in article.find_all([f"h{level}" for level in range(1, DEEPEST)]):
        for text in heading.find_all(string=True):
            text.replace_with(" ".join(text.split("\n")))
        heading.name = f"h{int(heading.name[1]) + 1}"
