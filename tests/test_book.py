"""The book's frame: bibliography, reference, tables. (Links and contents: the build.)

1. Works cited and works in the bibliography are the same.
2. The repository's address is in ``pyproject.toml``, and not in the book's files.
3. Every package of both libraries, except the command line, is in the reference, with
   its public names, and so is every registry with all that is registered.
4. Workflows call only targets that the Makefile has, and one of them runs `make lint`.
   A table of published results names the source of every row.
5. The concordance lists every section, table and figure of the thesis once, and every
   figure that it names exists. The research questions are in the thesis's words.
"""

import csv
import re
from pathlib import Path

import yaml

from antispoof_book import library

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")


def prose():
    return sorted(BOOK.glob("*.md"))


def rows(table):
    text = (BOOK / "_data" / f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_works_cited_and_works_listed_are_the_same():
    listed = re.findall(r"^@\w+\{([^,]+),", (BOOK / "references.bib").read_text(), re.M)
    texts = [*prose(), *BOOK.glob("_data/*.csv"), *ROOT.glob("notebooks/*.py")]
    keys = [key for path in texts for key in CITATION.findall(path.read_text("utf-8"))]
    cited = {key.strip() for key in ",".join(keys).split(",")}
    assert cited == set(listed)
    assert len(listed) == len(set(listed))


def test_the_repository_s_address_is_typed_nowhere_in_the_book():
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    address = re.search(r'^Repository = "https://(.+)"', settings, re.M).group(1)
    files = [ROOT / "_config.yml", ROOT / "_toc.yml", ROOT / "CITATION.cff"]
    files += [path for path in BOOK.rglob("*") if path.suffix in {".md", ".py", ".css"}]
    assert [path.name for path in files if address in path.read_text("utf-8")] == []


def test_the_reference_covers_both_packages():
    found = library.modules(ROOT)
    folders = {path.stem for path in (ROOT / "lib" / "antispoof").iterdir()}
    names = {f"antispoof.{name}" for name in folders if not name.startswith("__")}
    assert names - {"antispoof.cli"} <= set(found)
    assert {"antispoof_report", "antispoof_report.notebooks"} <= set(found)
    assert (ROOT / f"{library.PAGE}.md").is_file()
    table = dict(library.registered()[1:])
    assert "`cnn`: CNN" in table["`antispoof.models.MODELS`"]
    assert len(table) == len(library.REGISTRIES)
    names = library.public_names("antispoof_report.report")
    assert {"header", "Html", "table"} <= set(names)
    assert not {"pd", "annotations", "tables"} & set(names)
    assert {"MODELS", "CNN", "build"} <= set(library.public_names("antispoof.models"))


def test_workflows_call_targets_of_the_makefile():
    called = set()
    for path in ROOT.glob(".github/workflows/*.yml"):
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            for step in job["steps"]:
                called |= set(re.findall(r"make ([\w-]+)", step.get("run", "")))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "lint" in called
    assert called <= set(re.findall(r"^([\w-]+):", makefile, re.M))


def test_published_results_have_their_source():
    assert rows("published")
    for row in rows("published"):
        assert re.fullmatch(r"\{cite\}`[\w, ]+`", row["Source"]), row


def test_figures_of_the_concordance_exist():  # 5
    """The build forgives a missing figure while a chapter has no results."""
    texts = [*prose(), *ROOT.glob("notebooks/[0-9]*.py")]
    pages = "".join(path.read_text("utf-8") for path in texts)
    names = re.findall(r'name"?: "?([a-z0-9-]+)', pages)
    for row in rows("concordance"):
        assert set(re.findall(r"\{numref\}`([^`]+)`", row["Here"])) <= set(names), row


def test_the_concordance_is_complete(shared):  # 5
    listed = [row["Thesis"] for row in rows("concordance")]
    assert len(listed) == len(set(listed))
    thesis = shared("THESIS.md").read_text("utf-8")
    named = re.findall(r"^((?:Table|Figure) \d\.\d+)", thesis, re.M)
    contents = thesis[: thesis.index("LIST OF TABLES")]
    sections = re.findall(r"^\s*(\d\.\d(?:\.\d+)?)\b", contents, re.M)
    expected = {*named, *sections} - {"1.6.1"}  # its title is lost in the scan
    assert len(expected) > 160 and expected <= set(listed)


def test_research_questions_have_the_thesis_s_words(shared):  # 5
    thesis = " ".join(shared("THESIS.md").read_text("utf-8").split())
    page = (BOOK / "introduction.md").read_text("utf-8")
    pairs = re.findall(r"^\| \d \| ([^|]+?) \| ([^|]+?) \|", page, re.M)
    assert len(pairs) == 3
    # The scan breaks an objective between "in" and "detecting".
    assert all(q in thesis and o.split(" in det")[0] in thesis for q, o in pairs)
