"""The stamp on an executed chapter: what its results were made with.

``code`` holds a fingerprint of every module of the library that the chapter depends
on, and of the recorded runs where it reads them; two stamps with equal ``code`` stand
for the same results. ``parameters`` are all the chapter's, defaults among them. The
rest is for reading: ``commit`` and ``seconds``.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from antispoof import hashing
from antispoof_report.notebooks import tool
from antispoof_report.notebooks.dependencies import Sources, dependencies, library

KEY = "antispoof"  # in the metadata of an executed notebook
SHOWN = 8  # characters of a fingerprint that are kept
UNKNOWN = "unknown"

# Files and folders of the project that a module reads beside code.
DATA = {
    "antispoof.inference.detector": ("lib/antispoof/checking/shipped",),
    "antispoof_report.benchmarks": ("benchmarks/results/bench.json",),
    "antispoof.runs.references": ("data/reference-runs", "data/shorter-runs"),
}


def of_code(root: Path, code: str, sources: Sources | None = None) -> dict[str, str]:
    """Fingerprints of all that a chapter's code depends on in a project.

    Parameters
    ----------
    root : the project's folder
    code : the chapter's, all cells
    sources : of the library; those in the project's ``lib`` if None

    Raises
    ------
    ChapterError : code that is not Python
    """
    sources = library(root / "lib") if sources is None else sources
    needed = dependencies(code, sources)
    found = {name: _of_source(sources[name]) for name in needed}
    for module, places in DATA.items():
        for place in places if module in found else ():
            if (root / place).exists():
                found[place] = _of_data(root / place)
    return found


def of_notebook(notebook: Path, *, root: Path) -> dict[str, str]:
    """:func:`of_code` of a chapter on disk."""
    node = tool("nbformat").read(notebook, as_version=4)
    return of_code(root, code_of(node))


def notebook_hash(notebook: Path, *, root: Path = Path()) -> str:
    """One fingerprint of what a chapter's results are made from.

    That is the code in its cells and what they depend on in the project at `root`.
    Prose, outputs, captions and times of files do not count, so an edited sentence or
    a fresh checkout runs nothing again. Comments in cells do: a page shows them beside
    the results.
    """
    code = code_of(tool("nbformat").read(notebook, as_version=4))
    return hashing.hash_json([code, of_code(root, code)])


def code_of(node: Any) -> str:
    """The code of a notebook, one cell below the other."""
    return "\n".join(cell.source for cell in node.cells if cell.cell_type == "code")


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Names of what differs between two fingerprints of code."""
    names = sorted({*then, *now})
    return [name for name in names if then.get(name) != now.get(name)]


def commit(root: Path) -> str:
    """The commit that a project stands at, and whether there are changes on top.

    ``unknown`` outside a repository.
    """
    git = shutil.which("git")
    if git is None:
        return UNKNOWN
    head = _git(git, root, "rev-parse", "--short=12", "HEAD")
    if not head:
        return UNKNOWN
    edited = _git(git, root, "status", "--porcelain", "--untracked-files=no")
    return f"{head} with uncommitted changes" if edited else head


def _git(git: str, root: Path, *command: str) -> str:
    done = subprocess.run(
        [git, "-C", str(root), *command], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


@lru_cache(maxsize=2048)
def _of_source(text: str) -> str:
    return hashing.hash_source(text)[:SHOWN]


def _of_data(place: Path) -> str:
    """Of a file, or of all files below a folder."""
    files = sorted(path for path in (place, *place.rglob("*")) if path.is_file())
    return hashing.hash_json(
        {
            path.relative_to(place).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in files
        }
    )[:SHOWN]
