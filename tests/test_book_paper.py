"""How the pages are trimmed for the screen, and joined for paper (``book/_ext``).

1. Scripts are kept once and in order; MathJax only where there is an equation.
2. The theme's icon script goes, its style sheet stays.
3. Folds are named by their text; an empty heading of a table becomes a cell.
4. Joined pages: ids and links carry their chapter, headings are one level lower, folds
   are open, what needs a screen is gone.
"""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from antispoof_book import accessible, onepage, scripts

MATHJAX = "vendor/mathjax.js"
KEPT = """<link href="../_static/vendor/fontawesome/css/all.min.css" rel="stylesheet" />
<link rel="preload" as="script" href="../_static/bootstrap.js" />"""
ICONS = '<script src="../_static/vendor/fontawesome/js/all.min.js?digest=1"></script>'
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


def script(filename="", body=""):
    return SimpleNamespace(filename=filename, attributes={"body": body})


def test_scripts_are_kept_once_and_mathjax_for_equations():
    plain = [script("a.js"), script(body="let x = 1")]
    maths = [script(body="window.MathJax = {}"), script(f"_static/{MATHJAX}")]
    domain = SimpleNamespace(data={"has_equations": {"maths": True}})
    env = SimpleNamespace(get_domain=lambda name: domain)
    app = SimpleNamespace(env=env, config=SimpleNamespace(mathjax_path=MATHJAX))
    for name, expected in (("maths", plain + maths), ("plain", plain)):
        given = [*plain, script(body="let x = 1"), *maths]
        context = {"script_files": given, "css_files": []}
        scripts._select_files(app, name, "", context, None)
        assert context["script_files"] == expected


def test_icons_lose_their_script_and_keep_their_style():
    assert scripts.ICON_SCRIPT.sub("", KEPT + ICONS) == KEPT


def test_accessible_html():
    for before, after in (
        (f"<summary{accessible.FOLD_LABEL}>Code</summary>", "<summary>Code</summary>"),
        ('<th class="head"><p></p></th>', "<td></td>"),
        ("<th scope='col'> </th>", "<td></td>"),
        ("<thead><th><p>EER</p></th>", "<thead><th><p>EER</p></th>"),
        ('<div role="doc-biblioentry">', '<div role="listitem">'),
    ):
        context = {"body": before}
        accessible._fix_page(None, "", "", context, None)
        assert context["body"] == after


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
