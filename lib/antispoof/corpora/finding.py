"""The corpus to work on: the one that is there, else the synthetic one."""

from __future__ import annotations

from pathlib import Path

from antispoof.corpora.asvspoof2019 import Corpus, open_corpus
from antispoof.corpora.discovery import find_corpus, project_folder


def load_or_synthesize(given: str | Path | None = None) -> Corpus:
    """Find a corpus; where there is none, make the synthetic one, once.

    It is made in ``data/mini`` of the project, or of the working folder away from the
    project. A synthetic corpus there that an earlier version of the code made is made
    anew.

    Parameters
    ----------
    given
        As for :func:`find_corpus`: a folder, or None or "" to search.

    Raises
    ------
    CorpusError
        If `given` or ``$ASVSPOOF2019_LA`` is set and is no corpus.
    DiskError
        If the synthetic corpus has to be made and cannot be written.
    """
    from antispoof.corpora.synthetic.making import make  # loads SciPy

    found = find_corpus(given)
    home = project_folder() / "data" / "mini"
    ours = found is None or (
        not given and found.root.resolve() == (home / "LA").resolve()
    )
    return open_corpus(make(home)) if ours else found
