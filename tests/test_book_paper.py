"""How the pages are joined for paper (``book/_ext``).

Ids and links carry their chapter, headings are one level lower, folds are open, what
needs a screen is gone. (What pages load, and how screen readers find them: tests/book.)
"""

import pytest
from bs4 import BeautifulSoup

from antispoof_book import onepage

PAGE = """<html><head><title>t</title>
<link rel="stylesheet" href="../_static/custom.css?v=1">
<script src="../_static/theme.js"></script>{mathjax}</head>
<body><p class="logo__title">The book</p><article class="bd-article">
<h1 id="top">{title}<a class="headerlink" href="#top">#</a></h1>
<h2 id="what" aria-describedby="top">What</h2>
<p><a href="{other}.html#what">there</a> <a href="#what">here</a>
<a href="{other}.html">all</a> <a href="../_sources/x.py">file</a>
<a href="https://example.org/">far</a></p>
<img src="../_images/a.png" loading="lazy" alt="a"><button>copy</button>
<details><summary>Code</summary><pre>x = 1</pre></details>
</article></body></html>"""


@pytest.fixture
def joined(tmp_path):
    """Two pages of two parts, joined."""
    (tmp_path / "html" / "book").mkdir(parents=True)
    maths = '<script src="../_static/mathjax.js"></script>'
    for name, other, mathjax in (("one", "two", ""), ("two", "one", maths)):
        html = PAGE.format(title=f"Page {name}?", other=other, mathjax=mathjax)
        (tmp_path / "html" / "book" / f"{name}.html").write_text(html)
    toc = tmp_path / "_toc.yml"
    parts = "- {caption: Second, chapters: [{file: book/two}]}"
    toc.write_text(f"root: book/one\nparts:\n{parts}\n")
    page = onepage.joined(tmp_path / "html", onepage.contents(toc))
    return BeautifulSoup(page, "html.parser")


def test_headings_are_one_level_lower(joined):
    found = [(tag.name, tag.get_text()) for tag in joined.find_all(["h1", "h2", "h3"])]
    first, second = [[("h2", f"Page {n}?"), ("h3", "What")] for n in ("one", "two")]
    assert found == [*first, ("h1", "Second"), *second]


def test_ids_and_links_carry_their_chapter(joined):
    ids = [tag["id"] for tag in joined.find_all(id=True)]
    assert len(ids) == len(set(ids)) == 6
    first = joined.find(id="book-one")
    links = [link.get("href") for link in first.select("a")]
    assert links[:3] == ["#book-two--what", "#book-one--what", "#book-two"]
    assert links[3:] == [None, "https://example.org/"]
    assert first.h3["aria-describedby"] == "book-one--top"
    listed = [link["href"] for link in joined.select(".cover a")]
    assert listed == ["#book-one", "#book-two"]


def test_what_needs_a_screen_is_gone_and_the_rest_is_found(joined):
    assert joined.select("button, a.headerlink, details:not([open])") == []
    assert joined.img["src"] == "../_images/a.png"
    assert not joined.img.has_attr("loading")
    assert joined.link["href"] == "../_static/custom.css?v=1"
    (maths,) = joined.select("script")
    assert maths["src"] == "../_static/mathjax.js"
