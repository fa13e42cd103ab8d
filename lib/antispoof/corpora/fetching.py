"""Getting the real corpus: the official archive, or the copy on Kaggle."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path, PurePosixPath

from antispoof.archives import open_archive, require_room, unpack_member
from antispoof.corpora.asvspoof2019 import Corpus, open_corpus
from antispoof.corpora.downloading import Progress, download
from antispoof.errors import DownloadError

# https://doi.org/10.7488/ds/2555
OFFICIAL_ARCHIVE = "https://datashare.ed.ac.uk/bitstream/handle/10283/3336/LA.zip"
KAGGLE_COPY = "awsaf49/asvpoof-2019-dataset"

Unpacked = Callable[[int, int], None]


def fetch(
    folder: str | Path,
    *,
    url: str = OFFICIAL_ARCHIVE,
    sha256: str | None = None,
    keep: bool = False,
    progress: Progress | None = None,
    unpacked: Unpacked | None = None,
) -> Corpus:
    """Fetch the archive of the corpus, unpack it in ``folder``, open it.

    Cut off at any point, it goes on from there when it is called again.

    Parameters
    ----------
    sha256 : of the archive. None relies on its length, and on the checksum that it
        holds of each of its members.
    keep : leave the archive beside what came out of it.
    progress : called with (bytes there, bytes in all or None).
    unpacked : called with (members done, members in all).

    Raises
    ------
    DownloadError, DiskError
        As `download` does.
    ArchiveError
        If the archive is damaged or a member would leave the folder.
    CorpusError
        If no corpus came out of it.
    """
    folder = Path(folder)
    archive = folder / PurePosixPath(url).name
    if not archive.exists():
        download(url, archive, sha256=sha256, progress=progress)
    with open_archive(archive) as opened:
        members = opened.infolist()
        todo = [member for member in members if not _is_there(member, folder)]
        if len(todo) == len(members):
            require_room(opened, folder)
        for done, member in enumerate(todo, len(members) - len(todo) + 1):
            unpack_member(opened, member, folder)
            if unpacked is not None:
                unpacked(done, len(members))
    corpus = open_corpus(folder)
    if not keep:
        archive.unlink()
    return corpus


def fetch_from_kaggle() -> Corpus:
    """Fetch the copy on Kaggle with ``kagglehub``, into its cache, where it is found.

    Raises
    ------
    DownloadError
        If ``kagglehub`` is not installed, or fails.
    CorpusError
        If what came is no corpus.
    """
    try:
        kagglehub = import_module("kagglehub")
    except ImportError:
        raise DownloadError(
            "the copy on Kaggle needs the package kagglehub: pip install kagglehub"
        ) from None
    try:
        folder = kagglehub.dataset_download(KAGGLE_COPY)
    except Exception as error:  # of any of its many kinds
        raise DownloadError(f"kagglehub: {error}") from error
    return open_corpus(folder)


def _is_there(member, folder: Path) -> bool:
    # Members take their place whole, so the size tells enough.
    path = folder / member.filename
    return path.is_file() and path.stat().st_size == member.file_size
