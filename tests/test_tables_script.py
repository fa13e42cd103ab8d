"""The script that sorts the book's tables (``book/_static/tables.js``).

Contracts:
1. A column of numbers is sorted by the number that each cell begins with, whatever
   stands behind it; other columns by their text; missing cells stay last both ways.
2. Cells that are equal keep the page's order.
3. In a browser a heading sorts, says how, and the third press restores the order;
   tables that are small, have no numbers, or name only the first of several rows, are
   left alone.
"""

from pathlib import Path

import pandas as pd

from antispoof_report import report
from conftest import run_node

SCRIPT = Path(__file__).resolve().parents[1] / "book" / "_static" / "tables.js"


def order(*columns):
    """Rising and falling order of each column, by the script itself."""
    both = "(t, all) => all.map((one) => [t.order(one, false), t.order(one, true)])"
    positions = run_node(both, SCRIPT, columns)
    found = zip(columns, positions, strict=True)
    return [[[column[i] for i in one] for one in both] for column, both in found]


def test_order():  # 1, 2
    deviation = ["0.9\u202f±\u202f0.1", "–", "0.10 [0.0, 0.2]", "−0.3", "12"]
    thousands = ["25\u202f380", "2\u202f548", "71,237", "9"]
    names = ["ResNet50", "CNN", "", "A10", "A9"]
    equal = ["1 a", "2", "1 b", "1 c"]
    found = order(deviation, thousands, names, equal)
    rising = ["−0.3", "0.10 [0.0, 0.2]", "0.9\u202f±\u202f0.1", "12"]
    assert found[0] == [[*rising, "–"], [*rising[::-1], "–"]]
    assert found[1][0] == ["9", "2\u202f548", "25\u202f380", "71,237"]
    rising = ["A9", "A10", "CNN", "ResNet50"]
    assert found[2] == [[*rising, ""], [*rising[::-1], ""]]
    assert found[3] == [["1 a", "1 b", "1 c", "2"], ["2", "1 a", "1 b", "1 c"]]


def test_in_a_browser(tmp_path, browser_page):  # 3
    large = {"name": ["b", "c", "a"], "n": [2, 10, 1]}
    small = {"name": ["b", "a"], "n": [2, 1]}
    words, grouped = large | {"n": ["x", "y", "z"]}, large | {"name": ["b", "", "a"]}
    each = (report.table(pd.DataFrame(t)).html for t in (large, small, words, grouped))
    html = f"""<article class="bd-article">{"".join(each)}</article>
    <script src="{SCRIPT.as_uri()}"></script>"""
    page = browser_page(tmp_path / "page.html", html)
    assert page.locator("button").count() == 2

    table = page.locator("table").first
    head = table.get_by_role("columnheader", name="n", exact=True)
    seen = []
    for _ in range(3):
        head.get_by_role("button").press("Enter")
        cells = table.locator("td:first-child").all_inner_texts()
        seen.append((head.get_attribute("aria-sort"), "".join(cells)))
    assert seen == [("ascending", "abc"), ("descending", "cba"), (None, "bca")]
