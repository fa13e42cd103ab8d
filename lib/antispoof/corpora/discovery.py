"""Where a corpus may lie: the places looked into, in order.

What a person names (the parameter, ``$ASVSPOOF2019_LA``) is taken at their word: if
it is no corpus, that is an error, never a reason to take another. The other places
are searched quietly and count only if they hold sound, not protocols alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from antispoof.constants import PARTITIONS
from antispoof.corpora.asvspoof2019 import (
    SYNTHETIC_MARKER,
    Corpus,
    la_in,
    list_flac_ids,
    open_corpus,
)
from antispoof.errors import CorpusError

ENVIRONMENT_VARIABLE = "ASVSPOOF2019_LA"

KAGGLE_INPUT = Path("/kaggle/input")
COLAB = Path("/content")
COLAB_DRIVE = Path("/content/drive/MyDrive")
KAGGLEHUB_DATASET = "datasets/awsaf49/asvpoof-2019-dataset/versions"

# Levels of folders to look into; in each, LA and LA/LA are looked for besides.
KAGGLE_DEPTH = 3  # <input>/<dataset> or <input>/datasets/<owner>/<dataset>
COLAB_DEPTH = 2
DRIVE_DEPTH = 1  # listing a mounted Drive takes seconds a folder
DATA_DEPTH = 2


def find_corpus(given: str | Path | None = None) -> Corpus | None:
    """Find the corpus to work on, or None where there is none.

    In this order: ``given``; ``$ASVSPOOF2019_LA``; Kaggle's input folder; Colab's
    usual places and ``kagglehub``'s cache; ``data/`` of the project.

    Parameters
    ----------
    given
        The ``LA`` folder or a folder that holds it; None or "" to search.

    Raises
    ------
    CorpusError
        If ``given`` or ``$ASVSPOOF2019_LA`` is set and is no corpus, or if the corpus
        found has malformed protocols.
    """
    if given is not None and str(given) != "":
        return open_corpus(given)
    named = os.environ.get(ENVIRONMENT_VARIABLE, "")
    if named:
        try:
            return open_corpus(named)
        except CorpusError as error:
            raise CorpusError(f"${ENVIRONMENT_VARIABLE}: {error}") from None
    for la in _candidates():
        if _has_sound(la):
            return open_corpus(la)
    return None


def project_folder() -> Path:
    """Folder of the book: the nearest at or above the working folder with ``_toc.yml``.

    A notebook opened in Jupyter works in ``notebooks/``, a command at the root. Away
    from the book it is the working folder.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "_toc.yml").is_file():
            return folder
    return here


def _candidates() -> Iterator[Path]:
    yield from _la_folders(KAGGLE_INPUT, depth=KAGGLE_DEPTH)
    yield from _la_folders(COLAB, depth=COLAB_DEPTH, skip=("drive",))
    yield from _la_folders(COLAB_DRIVE, depth=DRIVE_DEPTH)
    for version in _kagglehub_versions():
        yield from _la_folders(version, depth=0)
    in_data = list(_la_folders(project_folder() / "data", depth=DATA_DEPTH))
    # Real speech that somebody put there goes before the corpus we made ourselves.
    yield from sorted(in_data, key=lambda la: (la / SYNTHETIC_MARKER).is_file())


def _kagglehub_versions() -> list[Path]:
    """Downloads in the cache, the newest first."""
    cache = os.environ.get("KAGGLEHUB_CACHE", "") or "~/.cache/kagglehub"
    folders = _subfolders(Path(cache).expanduser() / KAGGLEHUB_DATASET)
    numbered = [folder for folder in folders if folder.name.isdecimal()]
    return sorted(numbered, key=lambda folder: int(folder.name), reverse=True)


def _la_folders(top: Path, *, depth: int, skip: tuple[str, ...] = ()) -> Iterator[Path]:
    """LA folders in ``top`` and in the folders to ``depth`` levels below it.

    The shallow ones first, then by name; nothing below an LA folder is looked at.
    """
    level = [top]
    for remaining in range(depth, -1, -1):
        below: list[Path] = []
        for folder in level:
            try:
                la = la_in(folder)
            except OSError:  # forbidden: nothing can be found there
                continue
            if la is not None:
                yield la
            elif remaining:
                below += _subfolders(folder, skip=skip)
        level = below


def _subfolders(folder: Path, *, skip: tuple[str, ...] = ()) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name not in skip
                and entry.is_dir()
            )
    except OSError:  # absent or forbidden: nothing can be found there
        return []
    return [folder / name for name in names]


def _has_sound(la: Path) -> bool:
    return any(list_flac_ids(la, partition) for partition in PARTITIONS)
