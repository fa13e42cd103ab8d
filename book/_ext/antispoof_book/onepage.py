"""The site as one HTML page, in reading order, for printing.

Chapters are taken from the finished pages, so print and screen show the same. Parts
become headings of the first level and chapters of the second, which make the bookmarks
of the PDF. Ids get their chapter's name in front, links between pages become links
within the page, and folds are opened.

Every page is one folder below the site, and the joined page is one folder below a
folder with links to the site's files, so that files have the same address in both.
"""

from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import jinja2
import yaml
from bs4 import BeautifulSoup, Tag

REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
# What needs a screen: buttons, anchors to copy, the cell that installs the library.
SCREEN_ONLY = "button, script, a.headerlink, .tag_bootstrap, .toctree-wrapper"
TEMPLATE = Path(__file__).with_suffix(".html")

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


def joined(site: Path, parts: Parts) -> str:
    """One page of all ``parts`` of a built site, in this order."""
    soups = {
        name: BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        for _, names in parts
        for name in names
    }
    first = next(iter(soups.values()))
    title = first.select_one(".logo__title").get_text(strip=True)
    scripts = {str(tag): 0 for soup in soups.values() for tag in soup.head("script")}
    head = [str(tag) for tag in first.head.select("link[rel~=stylesheet]")]
    head += [script for script in scripts if "athjax" in script]
    articles = {n: _localise(soup, n, list(soups)) for n, soup in soups.items()}
    shown = [(caption, [articles[name] for name in names]) for caption, names in parts]
    page = jinja2.Template(TEMPLATE.read_text("utf-8"), autoescape=True)
    return page.render(title=title, head="\n".join(head), parts=shown)


def _anchor(page: str, fragment: str = "") -> str:
    """The id in the joined page of a page, or of an id on it."""
    name = page.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def _localise(soup: BeautifulSoup, page: str, pages: list[str]) -> Tag:
    """The article of a page with the ids, links, folds and headings of the joined one.

    It is a section of its part, without what needs a screen.
    """
    article = soup.select_one("article.bd-article")
    for tag in article.select(SCREEN_ONLY):
        tag.decompose()
    for tag in article.find_all(True):
        for attribute in ("id", *REFERRING):
            if tag.get(attribute):
                ids = [_anchor(page, name) for name in tag[attribute].split()]
                tag[attribute] = " ".join(ids)
        address = urlsplit(tag.get("href", ""))
        if tag.name == "a" and tag.get("href") and not address.scheme:
            path = normpath(join(dirname(page), unquote(address.path)))
            target = path.removesuffix(".html") if address.path else page
            if target in pages:
                tag["href"] = f"#{_anchor(target, unquote(address.fragment))}"
            else:
                del tag["href"]  # a download, or the index: not on paper
        elif tag.name == "details":
            tag["open"] = ""
        elif tag.name in ("h1", "h2", "h3", "h4", "h5"):  # below that of their part
            for text in tag.find_all(string=True):
                text.replace_with(" ".join(text.split("\n")))
            tag.name = f"h{int(tag.name[1]) + 1}"
        elif tag.name == "img":
            tag.attrs.pop("loading", None)  # or it would be blank
    article.name = "section"
    article.attrs |= {"id": _anchor(page), "class": "chapter"}
    return article
