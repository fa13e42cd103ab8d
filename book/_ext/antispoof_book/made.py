"""The end of each page: what it was made with, and how to cite it.

A chapter's run is stamped with its parameters, its commit, how long it took and which
code it depends on; its opening line glued the corpus and the machine. All of it is
shown below the chapter. Every page says how to cite it; the book's title and authors
are those of ``CITATION.cff``.
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
CODE = "Parameters"
SHOWN = 8  # characters of a fingerprint


def setup(app: Sphinx) -> None:
    """Connect the two boxes."""
    app.connect("doctree-read", _add_boxes)


def facts(run: NotebookNode) -> dict[str, str]:
    """What a run was made with, a line each, for reading."""
    made, told = run.metadata[provenance.KEY], notebook.glued(run)
    code = made["code"]
    facts = {
        CODE: "; ".join(f"{k} = {v!r}" for k, v in made["parameters"].items()),
        "Corpus": told.get("page_corpus", ""),
        "Computed on": told.get("page_device", ""),
        "Took": duration(made["seconds"]),
        "Commit": made["commit"],
        "Code": f"{len(code)} modules of the library, together "
        f"{hashing.hash_json(code)[:SHOWN]}",
    }
    return {name: text for name, text in facts.items() if text}


def duration(seconds: float) -> str:
    """Seconds in words: ``3.2 s``, ``1 min 15 s``, ``2 h 5 min``.

    >>> duration(75.2)
    '1 min 15 s'
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _add_boxes(app: Sphinx, doctree: nodes.document) -> None:
    docname, root = app.env.docname, Path(app.srcdir)
    sections = [node for node in doctree.children if isinstance(node, nodes.section)]
    if not sections:
        return
    page = sections[0]
    if docname in pages.chapters(app.env) and not pages.shortcoming(app.env, docname):
        lines = nodes.field_list()
        for name, text in facts(pages.read_run(root, docname)).items():
            # Code keeps its quotes straight.
            kind = nodes.literal if name == CODE else nodes.inline
            body = nodes.field_body("", nodes.paragraph("", "", kind(text, text)))
            lines += nodes.field("", nodes.field_name(name, name), body)
        page += _box("What this page was made with", "made-with", lines)
    if (root / CITATION).is_file():
        title = page.next_node(nodes.title).astext()
        text = _citation(root, title)
        page += _box("Cite this page", "cite-this-page", nodes.paragraph("", "", *text))


def _box(title: str, name: str, body: nodes.Node) -> nodes.admonition:
    return nodes.admonition("", nodes.title(title, title), body, classes=[name])


def _citation(root: Path, title: str) -> list[nodes.Node]:
    told = yaml.safe_load((root / CITATION).read_text("utf-8"))
    authors = ", ".join(
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in told["authors"]
    )
    address = repository.address(root)
    return [
        nodes.Text(f"{authors}, “{title}”, in "),
        nodes.emphasis("", told["title"]),
        nodes.Text(f", version {__version__}, "),
        nodes.reference("", address, refuri=address),
        nodes.Text("."),
    ]
