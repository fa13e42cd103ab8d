"""Find the corpus to work on: ASVspoof 2019 LA in its usual places.

A folder that a person names (the parameter, ``$ASVSPOOF2019_LA``) must be a corpus;
otherwise it is an error, and no other folder is used instead. The other places count
only if they contain sound, not protocols alone.
"""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from antispoof.constants import PARTITIONS
from antispoof.corpora.asvspoof2019 import PROTOCOL_FOLDER, audio_folder
from antispoof.corpora.corpus import Corpus, list_folder
from antispoof.corpora.registry import open_corpus
from antispoof.errors import CorpusError
from antispoof.files import project_folder

ENVIRONMENT_VARIABLE = "ASVSPOOF2019_LA"

KAGGLE_INPUT = Path("/kaggle/input")
COLAB = Path("/content")
COLAB_DRIVE = Path("/content/drive/MyDrive")
KAGGLEHUB_DATASET = "datasets/awsaf49/asvpoof-2019-dataset/versions"


def find_corpus(given: str | Path | None = None) -> Corpus | None:
    """Find the corpus to work on; None if there is none.

    In this order: ``given``; ``$ASVSPOOF2019_LA``; Kaggle's input folder; Colab's
    usual places and ``kagglehub``'s cache; ``data/`` of the project.

    Parameters
    ----------
    given
        Folder of a corpus of any registered layout; None or "" to search. A number
        is the name of a folder, because papermill passes ``2019`` as one.

    Raises
    ------
    CorpusError
        If ``given`` or ``$ASVSPOOF2019_LA`` is set and is not a corpus, or if the
        corpus that was found has damaged protocols.
    """
    if given is not None and str(given) != "":
        return open_corpus(str(given))
    if os.environ.get(ENVIRONMENT_VARIABLE):
        try:
            return open_corpus(os.environ[ENVIRONMENT_VARIABLE])
        except CorpusError as error:
            raise CorpusError(f"${ENVIRONMENT_VARIABLE}: {error}") from None
    la = next(_platform_folders(), None)
    if la is not None:
        return open_corpus(la)
    data = search_la_folders(project_folder() / "data", depth=2)
    in_data = [open_corpus(la) for la in dict.fromkeys(data)]
    return min(in_data, key=lambda corpus: corpus.is_synthetic, default=None)


def load_or_synthesize(given: str | Path | None = None) -> Corpus:
    """Find a corpus; if there is none, make the synthetic one.

    It is made once, in ``data/synthetic`` of the project. If an earlier version of the
    code made it, it is made again.

    Parameters
    ----------
    given
        As in :func:`find_corpus`.

    Raises
    ------
    CorpusError
        As :func:`find_corpus` does.
    DiskError
        If the synthetic corpus has to be made and cannot be written.
    """
    found = find_corpus(given)
    folder = project_folder() / "data" / "synthetic"
    if found is not None and (given or found.root != (folder / "LA").resolve()):
        return found
    from antispoof.corpora.synthetic.generate import synthesize_corpus

    return open_corpus(synthesize_corpus(folder))


def _platform_folders() -> Iterator[Path]:
    # <input>/datasets/<owner>/<dataset>
    yield from search_la_folders(KAGGLE_INPUT, depth=3)
    yield from search_la_folders(COLAB, depth=0)
    for folder in sorted(COLAB.glob("*")):
        if folder.name != "drive":  # listing a folder of it takes seconds
            yield from search_la_folders(folder, depth=1)
    yield from search_la_folders(COLAB_DRIVE, depth=1)
    cache = Path(os.environ.get("KAGGLEHUB_CACHE", "") or "~/.cache/kagglehub")
    versions = (cache.expanduser() / KAGGLEHUB_DATASET).glob("[0-9]*")
    # The newest first: the longest number, and of these the largest.
    for version in sorted(versions, key=lambda v: (len(v.name), v.name), reverse=True):
        yield from search_la_folders(version, depth=0)


def search_la_folders(top: Path, *, depth: int) -> Iterator[Path]:
    """Folders with protocols and sound in ``top`` and ``depth`` levels below, and in LA
    or LA/LA of these; the upper levels first."""
    for level, inside in product(range(depth + 1), ("", "LA/", "LA/LA/")):
        for path in sorted(top.glob("*/" * level + inside + PROTOCOL_FOLDER)):
            hidden = any(p.startswith(".") for p in path.relative_to(top).parts)
            folders = [audio_folder(path.parent, name) for name in PARTITIONS]
            if not hidden and any(map(list_folder, folders)):
                yield path.parent
