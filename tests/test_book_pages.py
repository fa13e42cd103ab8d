"""The book's extension at work in a small book, built as the real one is.

1. A chapter with a run shows its outputs; one without says so, without a warning.
2. ``{result}`` quotes a chapter's value and links to it; a dash stands in its place
   while there is none; a name or chapter that does not exist is a warning.
3. A build that requires results fails, names the chapter, and writes no page.
4. A chapter that ran is rendered again, and no other page but those that quote it; so
   is one whose results are no longer those of the library's code.
5. Colab, Kaggle and "suggest edit" lead to the repository of ``pyproject.toml``, the
   first two to the notebook, the last to the script; the download is the clean source.
6. A chapter with results ends with what it was made with.
7. An unknown badge is a warning.
8. A table has every parameter of every chapter: name, type, default, meaning; one that
   several chapters share has one row, which names them.
"""

import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from antispoof_report.notebooks import provenance

EXTENSIONS = Path(__file__).resolve().parents[1] / "book" / "_ext"

CONF = f"""
import sys
sys.path.append({str(EXTENSIONS)!r})
extensions = ["myst_nb", "sphinx_book_theme", "antispoof_book"]
html_theme = "sphinx_book_theme"
html_theme_options = {{"use_edit_page_button": True, "use_repository_button": True}}
exclude_patterns = ["_build"]
nb_execution_mode = "off"
numfig = True
root_doc = "intro"
myst_enable_extensions = ["colon_fence", "substitution"]
"""
INTRO = """
# Does it work?

Seeds: {result}`01_done::seeds`. Later: {result}`02_todo::score`. {mark}`S/O`

See {numref}`fig-later` and {numref}`tab-parameters`.

:::{chapter-parameters} What can be set.
:name: tab-parameters
:::

{{ clone }}

```{toctree}
notebooks/01_done
notebooks/02_todo
```
"""
PARAMETERS = "seeds = [0]  # a {list}\nrate = None  # type: float  how fast\n"
GLUED = "application/papermill.record/text/plain"


def chapter(title, *cells):
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    first = new_markdown_cell(f"# {title}\n\nOwn value: {{result}}`seeds`.", id="first")
    tagged = {"tags": ["parameters"]}
    parameters = new_code_cell(PARAMETERS, id="parameters", metadata=tagged)
    return new_notebook(cells=[first, parameters, *cells], metadata=metadata)


def code(outputs=()):
    source = "from creature import legs\n\nprint(40 + 2)"
    return new_code_cell(source, id="code", outputs=list(outputs))


def write_run(book, name, title):
    scrapbook = {"name": "seeds", "mime_prefix": GLUED.removesuffix("text/plain")}
    data, metadata = {GLUED: "'5 of 5'"}, {"scrapbook": scrapbook}
    glued = new_output("display_data", data=data, metadata=metadata)
    printed = new_output("stream", name="stdout", text="the answer: 42\n")
    folder = book / "_build" / "executed"
    folder.mkdir(parents=True, exist_ok=True)
    ran = chapter(title, code([printed, glued]))
    made = {"commit": "0123456789ab", "seconds": 75.2}
    made["parameters"] = {"corpus": "", "seeds": [0, 1]}
    made["code"] = provenance.hash_code(ran, root=book)
    ran.metadata[provenance.KEY] = made
    nbformat.write(ran, folder / f"{name}.ipynb")


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A small book: one chapter that ran, one that did not."""
    monkeypatch.syspath_prepend(tmp_path / "lib")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "lib" / "creature").mkdir(parents=True)
    (tmp_path / "lib" / "creature" / "__init__.py").write_text("")
    (tmp_path / "lib" / "creature" / "legs.py").write_text("NUMBER = 4\n")
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "intro.md").write_text(INTRO)
    address = 'Repository = "https://github.com/someone/something/"\n'
    (tmp_path / "pyproject.toml").write_text(f"[project.urls]\n{address}")
    for name, title in (("01_done", "Done?"), ("02_todo", "To do?")):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        nbformat.write(chapter(title, code()), path)
    write_run(tmp_path, "01_done", "Done?")
    return tmp_path


@pytest.fixture
def build(book, monkeypatch, capsys):
    """Build as the real book is, warnings as errors; returns status, stdout, stderr."""

    from sphinx.cmd.build import build_main

    def run(*, builder="html", require=""):
        monkeypatch.setenv("ANTISPOOF_REQUIRE_EXECUTED", require)
        provenance._graph.cache_clear()  # as a new process does
        options = ["-b", builder, "-W", "-n", "--keep-going"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of packages
            status = build_main([*options, str(book), str(book / "_build" / builder)])
        return SimpleNamespace(status=status, **capsys.readouterr()._asdict())

    return run


def page(book, name):
    return (book / "_build" / "html" / f"{name}.html").read_text("utf-8")


def test_a_small_book(book, build):
    done = build()
    assert done.status == 0, done.err
    intro, ran = page(book, "intro"), page(book, "notebooks/01_done")
    todo = page(book, "notebooks/02_todo")

    assert "the answer: 42" in ran
    assert "No results on this page yet" not in ran
    assert '<span class="result number"><span>5 of 5</span>' in ran
    assert todo.index("<h1>To do?") < todo.index("No results on this page yet")
    assert "the answer" not in todo

    assert '<span class="result number"><a class="reference internal"' in intro
    assert 'title="02_todo has not been run yet">—</abbr>' in intro
    assert '<abbr class="mark mark-s"' in intro
    assert '<abbr class="mark mark-o"' in intro
    text = re.sub(r"<[^>]+>", "", intro)
    assert "git clone https://github.com/someone/something\ncd something" in text

    assert "Table 1" in text
    rows = re.findall(r"\n(?:seeds|rate)\n.*\n.*\n.*\n.*", text)
    rows = [row.split("\n") for row in rows]
    assert rows == [
        ["", "seeds", "list", "[0]", "a {list}", "01, 02"],
        ["", "rate", "float or None", "None", "how fast", "01, 02"],
    ]

    made = re.sub(r"<[^>]+>", "", ran[ran.index("What this page was made with") :])
    assert re.search(r"Parameters:?\s+corpus = ''; seeds = \[0, 1\]", made)
    assert re.search(r"Took:?\s+0:01:15", made)
    assert re.search(r"Commit:?\s+0123456789ab", made)
    assert re.search(r"Code:?\s+1 modules and data files, together [0-9a-f]{8}", made)
    assert "What this page was made with" not in todo + intro

    repo = "github.com/someone/something"
    notebook = f"{repo}/blob/main/notebooks/01_done.ipynb"
    colab = notebook.replace("github.com", "colab.research.google.com/github", 1)
    kaggle = f"www.kaggle.com/kernels/welcome?src=https://{notebook}"
    assert f'href="https://{colab}"' in ran
    assert f'href="https://{kaggle}"' in ran
    assert f"{repo}/edit/main/notebooks/01_done.py" in ran
    assert f"{repo}/edit/main/intro.md" in intro

    download = book / "_build" / "html" / "_sources" / "notebooks" / "01_done.ipynb"
    clean = book / "notebooks" / "01_done.ipynb"
    assert download.read_text() == clean.read_text()


def test_results_can_be_required(book, build):
    failed = build(require="1")
    assert failed.status != 0
    assert "notebooks/02_todo has not been run yet" in failed.err
    assert "01_done" not in failed.err
    assert not (book / "_build" / "html" / "intro.html").exists()


def test_what_does_not_exist_is_a_warning(book, build):
    wrong = "{result}`01_done::nonsense` {result}`03_gone::x` {mark}`X`\n"
    (book / "intro.md").write_text(INTRO + wrong)
    failed = build(builder="text")
    assert failed.status != 0
    assert "glued nothing under the name 'nonsense'" in failed.err
    assert "there is no chapter 'notebooks/03_gone'" in failed.err
    assert "accepted are S, N, O" in failed.err


def test_a_chapter_that_ran_is_rendered_again(book, build):
    assert build(builder="text").status == 0
    write_run(book, "02_todo", "To do?")
    again = build(builder="text")
    text = (book / "_build" / "text" / "notebooks" / "02_todo.txt").read_text("utf-8")
    assert "the answer: 42" in text
    # It, and the page that quotes it.
    assert "0 added, 2 changed, 0 removed" in again.out


def test_a_chapter_of_other_code_is_rendered_again(book, build):
    assert build(builder="text").status == 0
    legs = book / "lib" / "creature" / "legs.py"
    legs.write_text('"""Limbs."""\n\nNUMBER = 4  # no more\n')
    same = build(builder="text")
    assert "notebooks/01_done" not in same.out
    legs.write_text("NUMBER = 8\n")
    again = build(builder="text")
    assert "notebooks/01_done" in again.out
    assert "intro" in again.out  # which quotes it
    text = (book / "_build" / "text" / "notebooks" / "01_done.txt").read_text("utf-8")
    assert "other code of the library (creature.legs)" in " ".join(text.split())
    assert "the answer" not in text
    failed = build(builder="text", require="1")
    assert failed.status != 0
    assert "notebooks/01_done was last run with other code" in failed.err
