"""The end of each page: what it was made with, and how to cite it.

An executed chapter records its parameters, its commit, its time and the code it depends
on; its header glued the corpus and the machine. All of it is shown below the chapter.
Every page says how to cite it, with the title and authors of ``CITATION.cff``.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx

from antispoof import __version__, hashing
from antispoof_report.notebooks import provenance

from . import notebook, pages, repository

CITATION = "CITATION.cff"
PARAMETERS = "Parameters"


def setup(app: Sphinx) -> None:
    """Connect the two boxes."""
    app.connect("doctree-read", _add_boxes)


def facts(run: NotebookNode) -> dict[str, str]:
    """What an executed chapter was made with, one line each."""
    record, glued = run.metadata[provenance.KEY], notebook.glued(run)
    code, values = record["code"], record["parameters"]
    digest = hashing.hash_json(code)[: provenance.HASH_LENGTH]
    facts = {
        PARAMETERS: "; ".join(f"{k} = {v!r}" for k, v in values.items()),
        "Corpus": glued.get("page_corpus", ""),
        "Computed on": glued.get("page_device", ""),
        "Took": duration(record["seconds"]),
        "Commit": record["commit"],
        "Code": f"{len(code)} modules and data files, together {digest}",
    }
    return {name: text for name, text in facts.items() if text}


def duration(seconds: float) -> str:
    """Seconds in words: ``3.2 s``, ``1 min 15 s``, ``2 h 5 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _add_boxes(app: Sphinx, doctree: nodes.document) -> None:
    docname, root = app.env.docname, Path(app.srcdir)
    page = next((n for n in doctree.children if isinstance(n, nodes.section)), None)
    if page is None:
        return
    if docname in pages.chapters(app.env) and not pages.stale_reason(app.env, docname):
        lines = nodes.field_list()
        for name, text in facts(pages.read_run(root, docname)).items():
            # Code keeps its straight quotes.
            kind = nodes.literal if name == PARAMETERS else nodes.inline
            body = nodes.field_body("", nodes.paragraph("", "", kind(text, text)))
            lines += nodes.field("", nodes.field_name(name, name), body)
        page += _box("What this page was made with", "made-with", lines)
    if (root / CITATION).is_file():
        text = _citation(root, page.next_node(nodes.title).astext())
        page += _box("Cite this page", "cite-this-page", nodes.paragraph("", "", *text))


def _box(title: str, name: str, body: nodes.Node) -> nodes.admonition:
    return nodes.admonition("", nodes.title(title, title), body, classes=[name])


def _citation(root: Path, title: str) -> list[nodes.Node]:
    book = yaml.safe_load((root / CITATION).read_text("utf-8"))
    authors = ", ".join(
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in book["authors"]
    )
    address = repository.address(root)
    return [
        nodes.Text(f"{authors}, “{title}”, in "),
        nodes.emphasis("", book["title"]),
        nodes.Text(f", version {__version__}, "),
        nodes.reference("", address, refuri=address),
        nodes.Text("."),
    ]
