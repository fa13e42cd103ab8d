"""What the pages point at, from the files alone.

1. Every link and every file that a page loads is there, and so is every anchor.
2. No page loads anything from elsewhere; links are another matter.
3. Every picture has an alternative text that is no file name.
4. No two elements of a page have one id.
"""

import re
from collections import Counter

import pytest
from site_files import HTML, SCHEMES_ELSEWHERE, names, page

pytestmark = pytest.mark.parametrize("name", names())

LOADING = ("img", "script", "audio", "source", "video", "iframe")
SEARCH = "search.html"  # the theme puts its search box there twice
ALWAYS_THERE = {"", "top"}  # fragments that browsers know by themselves


def test_links_lead_somewhere(name):
    broken = []
    for path, fragment in filter(None, map(page(name).resolve, page(name).addresses())):
        file = path / "index.html" if path.is_dir() else path
        if not file.is_file():
            broken.append(file)
        elif fragment not in ALWAYS_THERE and file.suffix == ".html":
            anchors = page(str(file.relative_to(HTML.resolve()))).anchors
            broken += {fragment} - anchors
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(name):
    soup = page(name).soup
    loaded = [tag["src"] for tag in soup.find_all(LOADING, src=True)]
    loaded += [tag["href"] for tag in soup.select("link[rel~=stylesheet]")]
    loaded += [tag["href"] for tag in soup.select("link[rel~=preload]")]
    far = [a for a in loaded if a.split(":")[0] in SCHEMES_ELSEWHERE or a[:2] == "//"]
    assert far == []


def test_pictures_are_described(name):
    alts = [tag.get("alt", "") for tag in page(name).soup.select("article img")]
    assert all(alts)
    assert not any(re.search(r"\.(png|svg|jpe?g)$", alt) for alt in alts)


def test_ids_are_unique(name):
    ids = Counter(tag["id"] for tag in page(name).soup.find_all(id=True))
    twice = {id_ for id_, count in ids.items() if count > 1}
    assert twice == ({"search-input"} if name == SEARCH else set())
