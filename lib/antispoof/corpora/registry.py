"""Readers of corpora: one function per folder layout, found by trying them.

A reader takes the folder that a person named and returns a :class:`Corpus`, or None if
the folder has another layout. It raises CorpusError if the folder has its layout but is
damaged. Register one, also from outside the library, with

    @register_corpus("my_corpus", title="My corpus")
    def read(root: Path) -> Corpus | None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from antispoof.corpora.corpus import Corpus
from antispoof.errors import CorpusError
from antispoof.registry import Registry

T = TypeVar("T", bound=Callable[[Path], "Corpus | None"])

CORPORA = Registry("corpus")


def register_corpus(
    name: str, *, title: str, layout: str = "any folder", **info: Any
) -> Callable[[T], T]:
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
    case of a known layout.

    Parameters
    ----------
    root
        For ASVspoof 2019 the folder ``LA``, or a folder that contains ``LA`` or (as on
        Kaggle) ``LA/LA``; see the reader of another corpus for its layout.
    strict
        Raise if an utterance is listed twice. The audit opens a corpus without this
        check, to list every such utterance.

    Raises
    ------
    CorpusError
        If the folder does not exist, no reader knows its layout, its protocols are
        damaged, or an utterance is listed twice.

    Examples
    --------
    >>> open_corpus("data/synthetic").partition("dev")  # doctest: +SKIP
    """
    root = Path(root).expanduser()
    try:
        if not root.exists():
            raise CorpusError(f"corpus folder {root} does not exist")
        if not root.is_dir():
            raise CorpusError(f"corpus {root} is a file; a folder is expected")
        corpus = _read(root.resolve())
    except OSError as error:
        raise CorpusError(
            f"corpus folder {root} cannot be read: {error.strerror}"
        ) from None
    if strict:
        _refuse_repeated(corpus)
    return corpus


def _read(root: Path) -> Corpus:
    for name in reversed(list(CORPORA)):
        corpus = CORPORA[name].factory(root)
        if corpus is not None:
            return corpus
    layouts = [f"{e.info['title']}: {e.info['layout']}" for e in CORPORA.values()]
    raise CorpusError(f"no corpus in {root}; accepted: {'; '.join(layouts)}")


def _refuse_repeated(corpus: Corpus) -> None:
    trials = corpus.trials
    repeated = trials.loc[trials["utt_id"].duplicated(), "utt_id"].unique()
    if len(repeated):
        where = trials.loc[trials["utt_id"] == repeated[0], "partition"]
        raise CorpusError(
            f"{len(repeated)} utterance(s) are listed more than once in the protocols"
            f" of {corpus.root}, the first is {repeated[0]} (in"
            f" {' and '.join(where)}); each may be listed once"
        )
