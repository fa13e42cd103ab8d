"""The corpus to work on: the one that is there, else the embedded one."""

from __future__ import annotations

from pathlib import Path

from antispoof import corpus
from antispoof.minicorpus.making import make


def find_or_make(given: str | Path | None = None) -> corpus.Corpus:
    """Find a corpus; where there is none, make the embedded one, once.

    It is made in ``data/mini`` of the project, or of the working folder away from the
    project. An embedded corpus there that an earlier version of the code made is made
    anew.

    Parameters
    ----------
    given
        As for :func:`antispoof.corpus.find`: a folder, or None or "" to search.

    Raises
    ------
    CorpusError
        If `given` or ``$ASVSPOOF2019_LA`` is set and is no corpus.
    DiskError
        If the embedded corpus has to be made and cannot be written.
    """
    found = corpus.find(given)
    home = corpus.project_folder() / "data" / "mini"
    ours = found is None or (
        not given and found.root.resolve() == (home / "LA").resolve()
    )
    return corpus.open_corpus(make(home)) if ours else found
