"""The end of a chapter: what its page was made with.

An executed chapter records its parameters, its commit, its time and the code it depends
on; its header glued the corpus and the machine. All of it is shown below the chapter.
"""

from datetime import timedelta
from pathlib import Path

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx

from antispoof import hashing
from antispoof_report.notebooks import provenance

from . import notebook, pages

PARAMETERS = "Parameters"


def setup(app: Sphinx) -> None:
    """Connect the box."""
    app.connect("doctree-read", _add_box)


def facts(run: NotebookNode) -> dict[str, str]:
    """What an executed chapter was made with, one line each."""
    record, glued = run.metadata[provenance.KEY], notebook.glued(run)
    code, values = record["code"], record["parameters"]
    digest = hashing.hash_json(code)[: provenance.HASH_LENGTH]
    facts = {
        PARAMETERS: "; ".join(f"{k} = {v!r}" for k, v in values.items()),
        "Corpus": glued.get("page_corpus", ""),
        "Computed on": glued.get("page_device", ""),
        "Took": f"{timedelta(seconds=round(record['seconds']))} (h:mm:ss)",
        "Commit": record["commit"],
        "Code": f"{len(code)} modules and data files, together {digest}",
    }
    return {name: text for name, text in facts.items() if text}


def _add_box(app: Sphinx, doctree: nodes.document) -> None:
    docname, root = app.env.docname, Path(app.srcdir)
    page = next((n for n in doctree.children if isinstance(n, nodes.section)), None)
    if page is None or app.env.antispoof_stale.get(docname, "is no chapter"):
        return
    lines = nodes.field_list()
    for name, text in facts(pages.read_run(root, docname)).items():
        # Code keeps its straight quotes.
        kind = nodes.literal if name == PARAMETERS else nodes.inline
        body = nodes.field_body("", nodes.paragraph("", "", kind(text, text)))
        lines += nodes.field("", nodes.field_name(name, name), body)
    title = "What this page was made with"
    page += nodes.admonition(
        "", nodes.title(title, title), lines, classes=["made-with"]
    )
