"""Chapters as they are opened in Jupyter, on Colab and on Kaggle: without MyST roles.

Only the book understands a role such as ``{doc}`03_cnn```. A link replaces it, a badge
becomes text, and a paragraph with ``{result}`` becomes a cell that shows it with the
values that were computed above, each in its place ``[[name]]``
(:func:`antispoof_report.report.say`).
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

ROLE = re.compile(r"\{([\w:]+)\}`([^`]+)`")
RESULT = re.compile(r"\{result\}`(\w+)`")
HIDDEN = {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}


def without_roles(notebook: NotebookNode, folder: Path, address: str) -> NotebookNode:
    """A chapter whose roles are replaced.

    Parameters
    ----------
    folder : of the sources of all chapters, for their titles; the bibliography is
        ``../book/references.bib``.
    address : of the repository.
    """
    cells = []
    replace = partial(_replace, folder=folder, address=address)
    for cell in notebook.cells:
        is_text = cell.cell_type == "markdown"
        cells += _split(ROLE.sub(replace, cell.source)) if is_text else [cell]
    notebook.cells = cells
    return notebook


def _split(source: str) -> Iterator[NotebookNode]:
    """Markdown cells, and code cells for the paragraphs that quote results."""
    paragraphs = source.split("\n\n")
    for quotes, group in groupby(paragraphs, lambda text: bool(RESULT.search(text))):
        if quotes:
            for text in group:
                said = RESULT.sub(r"[[\1]]", text)
                yield new_code_cell(f'report.say(r"""\n{said}\n""")', metadata=HIDDEN)
        else:
            yield new_markdown_cell("\n\n".join(group))


def _replace(role: re.Match, *, folder: Path, address: str) -> str:
    kind, text = role.groups()
    shown, _, target = text.removesuffix(">").rpartition(" <")
    if kind == "result":
        return role[0]
    if kind == "mark":
        return f"**[{text}]**"
    if kind == "term":
        return shown or text
    if kind == "numref":
        return f"the figure *{text.removeprefix('fig-').replace('-', ' ')}*"
    if kind == "repo":
        return f"[`{text}`]({address}/blob/main/{text})"
    if kind in ("cite", "cite:t"):
        return ", ".join(_cited(key, folder) for key in text.split(","))
    source = folder / f"{target}.py"
    if kind == "doc" and source.is_file():
        title = re.search(r"^# # (.+)$", source.read_text("utf-8"), re.MULTILINE)
        return f"[{shown or title[1]}]({target}.ipynb)"
    if kind == "doc":
        page = target.rpartition("/")[2]
        name = shown or page.replace("_", " ")
        return f"[{name}]({address}/blob/main/book/{page}.md)"
    raise ValueError(f"{{{kind}}} has no form without roles")


def _cited(key: str, folder: Path) -> str:
    """``[Author et al. 2020](address)`` of a work in the bibliography."""
    from pybtex.database import parse_file

    entry = parse_file(folder.parent / "book" / "references.bib").entries[key.strip()]
    names = [str(p.rich_last_names[0]) for p in entry.persons["author"]]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    label = f"{who} {entry.fields['year']}"
    link = entry.fields.get("url")
    if "doi" in entry.fields:
        link = f"https://doi.org/{entry.fields['doi']}"
    return f"[{label}]({link})" if link else label
