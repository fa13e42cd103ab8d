"""Readers of corpora: one function per folder layout, found by trying them.

A reader takes the folder that a person named and returns a :class:`Corpus`, or None if
the folder has another layout. It raises CorpusError if the folder has its layout but is
damaged. Register one, also from outside the library, with

    @register_corpus("my_corpus", title="My corpus")
    def read(root: Path) -> Corpus | None: ...
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from antispoof.corpora.corpus import Corpus
from antispoof.errors import CorpusError
from antispoof.registry import Entry, Registry

CORPORA = Registry("corpus")


def register_corpus(
    name: str, *, title: str, layout: str = "any folder", **info: Any
) -> Callable:
    """Decorator that registers a reader.

    Parameters
    ----------
    name : name of the layout, not of one corpus.
    title : the name for people.
    layout : how a folder is recognised, for error messages.
    info : whatever else is known, such as ``license``.
    """
    return CORPORA.register(name, title=title, layout=layout, **info)


def open_corpus(root: str | Path, *, strict: bool = True) -> Corpus:
    """Open the corpus in a folder with the first reader that knows its layout.

    The readers registered last are tried first, so that one can be added for a special
    case of a known layout; those registered with ``is_fallback=True`` at the end.

    Parameters
    ----------
    root
        For ASVspoof 2019 the folder ``LA``, or a folder that contains ``LA`` or (as on
        Kaggle) ``LA/LA``; see the reader of another corpus for its layout. Where no
        reader knows the folder, the folders in it and in these are tried, but not as
        a fallback.
    strict
        Raise if an utterance is listed twice. The audit opens a corpus without this
        check, to list every such utterance.

    Raises
    ------
    CorpusError
        If the folder does not exist, no reader knows its layout, it contains several
        corpora, its protocols are damaged, or an utterance is listed twice.

    Examples
    --------
    >>> open_corpus("data/synthetic").partition("dev")  # doctest: +SKIP
    """
    root = Path(root).expanduser()
    try:
        if not root.is_dir():
            raise CorpusError(f"corpus folder {root} does not exist or is a file")
        readers = [*CORPORA.values()][::-1]
        readers.sort(key=lambda entry: entry.info.get("is_fallback", False))
        opened = [_read(root.resolve(), readers)]
        readers = [one for one in readers if not one.info.get("is_fallback", False)]
        for pattern in ("*/", "*/*/"):
            if not any(opened):
                below = sorted(root.resolve().glob(pattern))
                opened = [_read(f, readers) for f in below if os.access(f, os.X_OK)]
        corpora = {corpus.root: corpus for corpus in opened if corpus}
    except OSError as error:
        raise CorpusError(f"corpus folder {root} cannot be read: {error}") from None
    if not corpora:
        layouts = [f"{e.info['title']}: {e.info['layout']}" for e in CORPORA.values()]
        raise CorpusError(f"no corpus in {root}; accepted: {'; '.join(layouts)}")
    if len(corpora) > 1:
        names = ", ".join(map(str, corpora))
        raise CorpusError(f"{root} has several corpora; name one of {names}")
    (corpus,) = corpora.values()
    repeated = corpus.trials[corpus.trials["utt_id"].duplicated()]
    if strict and len(repeated):
        raise CorpusError(
            f"{repeated['utt_id'].nunique()} utterance(s) are listed more than once in"
            f" the protocols of {corpus.root}, such as {repeated['utt_id'].iloc[0]} in"
            f" {repeated['partition'].iloc[0]}; each may be listed once"
        )
    return corpus


def _read(folder: Path, readers: Iterable[Entry]) -> Corpus | None:
    opened = (reader.factory(folder) for reader in readers)
    return next((corpus for corpus in opened if corpus is not None), None)
