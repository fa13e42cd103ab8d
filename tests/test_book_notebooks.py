"""How the book joins a chapter's clean source with its run (``book/_ext``).

1. The page has the source's prose, captions and tags, and the run's outputs.
2. The cell with the parameters of the run stays below the defaults.
3. A run of other code of the chapter, a run without provenance and a missing run are
   not shown, each with its reason. (Other code of the library, and the note that
   says so: test_book_pages.py.)
4. Glued values are returned as text, without the quotes of a Python string.
"""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from antispoof_book import notebook
from antispoof_report.notebooks import provenance

ROOT = Path("/no/book")  # without a library, on which nothing can depend
INJECTED = {"tags": ["injected-parameters"]}


def stream(text):
    return new_output("stream", name="stdout", text=text)


def glued(name, shown):
    prefix = "application/papermill.record/"
    scrapbook = {"name": name, "mime_prefix": prefix}
    data = {f"{prefix}text/plain": shown}
    return new_output("display_data", data=data, metadata={"scrapbook": scrapbook})


def source():
    return new_notebook(
        cells=[
            new_markdown_cell("# A title?\n\nToday's prose."),
            new_code_cell("seed = 0", metadata={"tags": ["parameters"]}),
            new_markdown_cell("Between."),
            new_code_cell("print(seed)", metadata={"mystnb": {"caption": "Today's."}}),
        ]
    )


def run():
    return new_notebook(
        metadata={provenance.KEY: {"code": {}}},
        cells=[
            new_markdown_cell("# An old title?"),
            new_code_cell("seed = 0"),
            new_code_cell("seed = 3", metadata=INJECTED),
            new_code_cell("print(seed)", outputs=[stream("3\n")]),
        ],
    )


def test_prose_of_the_source_and_outputs_of_the_run():
    clean, ran = source(), run()
    joined = notebook.join(clean, ran)
    nbformat.validate(nbformat.reads(nbformat.writes(joined), as_version=4))
    assert "Today's prose." in joined.cells[0].source
    assert joined.cells[-1].outputs[0].text == "3\n"
    assert joined.cells[-1].metadata.mystnb.caption == "Today's."
    sources = [cell.source for cell in joined.cells[1:4]]
    assert sources == ["seed = 0", "seed = 3", "Between."]
    assert clean.cells[-1].outputs == []
    assert "mystnb" not in ran.cells[-1].metadata


def test_which_runs_are_shown():
    ran = run()
    assert notebook.stale_reason(source(), ran, ROOT) is None
    assert notebook.stale_reason(source(), None, ROOT) == notebook.NOT_RUN
    del ran.metadata[provenance.KEY]
    assert notebook.stale_reason(source(), ran, ROOT) == notebook.NO_RECORD
    clean = source()
    clean.cells[2].source = "Other prose."
    assert notebook.stale_reason(clean, run(), ROOT) is None
    more = [clean.cells[-1], new_code_cell("1")]
    for cells in ([], [new_code_cell("print(0)")], more):
        other = new_notebook(cells=[*clean.cells[:-1], *cells])
        assert notebook.stale_reason(other, run(), ROOT) == notebook.CHANGED


@pytest.mark.parametrize(
    ("shown", "text"),
    [("'0.91 ± 0.02'", "0.91 ± 0.02"), ('"it\'s"', "it's"), ("65", "65")],
)
def test_glued_values_are_text(shown, text):
    cell = new_code_cell("glue()", outputs=[stream("x"), glued("key", shown)])
    assert notebook.glued(new_notebook(cells=[cell])) == {"key": text}
