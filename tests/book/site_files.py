"""The built site as files: its pages, what they link to, and where it is."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
FIRST = "book/intro.html"
SCHEMES_ELSEWHERE = {"http", "https", "mailto"}
# What a page points at or loads.
ADDRESSES = [("href", "a, link"), ("src", "img, script, audio, source, video, iframe")]


@dataclass(frozen=True)
class Page:
    """One page, by its path below the site."""

    name: str

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup((HTML / self.name).read_text("utf-8"), "html.parser")

    @cached_property
    def anchors(self) -> set[str]:
        """What a fragment may name."""
        return {tag["id"] for tag in self.soup.find_all(id=True)}

    def addresses(self) -> list[str]:
        """Everything that the page links to or loads."""
        return [
            tag[attribute]
            for attribute, tags in ADDRESSES
            for tag in self.soup.select(tags)
            if tag.has_attr(attribute)
        ]

    def resolve(self, address: str) -> tuple[Path, str] | None:
        """File and fragment on this machine; None for an address elsewhere."""
        parts = urlsplit(address)
        if parts.scheme in SCHEMES_ELSEWHERE or parts.scheme == "data":
            return None
        path = HTML / self.name
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        return target, unquote(parts.fragment)


@cache
def page(name: str) -> Page:
    return Page(name)


def names() -> list[str]:
    """Every page; not the one that only leads on, the theme's, nor code listings."""
    found = [path.relative_to(HTML) for path in HTML.rglob("*.html")]
    pages = [path for path in found if path.parts[0] not in ("_static", "_modules")]
    return sorted(str(path) for path in pages if path != Path("index.html"))


def chapters() -> list[str]:
    """The pages that are notebooks."""
    return [name for name in names() if name.startswith("notebooks/")]
