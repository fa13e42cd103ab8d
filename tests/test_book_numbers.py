"""Every result on a page is computed; none is typed.

Contracts:
1. Prose, captions and alternative texts hold no percentage and no decimal fraction:
   results come through ``{result}`` or out of a cell. What is no result (a licence's
   version, the level of an interval, a made-up example) is listed here with its reason.
2. A table of published results names the source of every row.
3. The search finds a typed number wherever one could stand.
"""

import csv
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "book").glob("*.md"))
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# Code, roles with their text, comments and addresses are no prose.
NO_PROSE = re.compile(
    r"```.*?```|\{[\w:]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)|<!--.*?-->"
    r"|https?:[^\s>)]*|doi\.org[^\s\])]*",
    re.DOTALL,
)
RESULT = re.compile(
    r"(?<![\w.])\d+(?:\.\d+)?\s*(?:%|per\s?cent\b)|(?<![\w.])\d+\.\d+(?![.\d])"
)
NO_RESULT = {
    r"ODC-BY 1\.0|\(ODC-BY\) 1\.0|CC BY 4\.0": "the version of a licence",
    r"Python 3\.\d+": "the version of a language",
    r"95 % (?:interval|level)": "the level of an interval, not what was found",
    r"a prediction of 70 %": "an example of how to read a figure",
}


def typed(text):
    """What looks like a result in a text that is shown to readers."""
    text = NO_PROSE.sub(" ", text)
    for pattern in NO_RESULT:
        text = re.sub(pattern, " ", text)
    return RESULT.findall(text)


def shown(path):
    """Everything in a chapter that a person wrote to be read."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            yield cell.source
        options = cell.metadata.get("mystnb", {})
        yield options.get("figure", {}).get("caption", "")
        yield options.get("image", {}).get("alt", "")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_result_is_typed_in_a_page(path):  # 1
    assert typed(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_result_is_typed_in_a_chapter(path):  # 1
    assert [number for text in shown(path) for number in typed(text)] == []


def test_every_exception_is_needed():  # 1
    texts = [path.read_text("utf-8") for path in PAGES]
    texts += [text for path in CHAPTERS for text in shown(path)]
    for pattern, reason in NO_RESULT.items():
        assert any(re.search(pattern, text) for text in texts), reason


def test_published_results_have_their_source():  # 2
    with (ROOT / "book" / "_data" / "published.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        assert re.fullmatch(r"\{cite\}`[\w, ]+`", row["Source"]), row


@pytest.mark.parametrize(
    "text",
    [
        "The CNN has an EER of 5.6 %.",
        "Accuracy rose to 0.93 on eval.",
        "It is right in 87 % of cases.",
        "An error of 12 per cent.",
        "A loss (0.5), at last.",
    ],
)
def test_a_typed_result_is_found(text):  # 3
    assert len(typed(text)) == 1
    assert len(typed(f"{text} Of {{result}}`06_analysis::x_0.5` and `0.5`.")) == 1


@pytest.mark.parametrize(
    "text", ["clips of 4 s", "section 3.2.1 of it", "A07 to A19", "`lr=0.001`"]
)
def test_what_is_no_result_is_passed_over(text):  # 3
    assert typed(text) == []
