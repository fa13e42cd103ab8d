"""Download ASVspoof 2019 LA: the official archive, or the copy on Kaggle."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib import import_module
from pathlib import Path, PurePosixPath

from antispoof.archives import extract_all, open_archive
from antispoof.corpora.corpus import Corpus
from antispoof.corpora.discovery import search_la_folders
from antispoof.corpora.registry import open_corpus
from antispoof.errors import DownloadError
from antispoof.files import check_disk_space
from antispoof.hashing import hash_file

# https://doi.org/10.7488/ds/2555
OFFICIAL_ARCHIVE = "https://datashare.ed.ac.uk/bitstream/handle/10283/3336/LA.zip"
KAGGLE_COPY = "awsaf49/asvpoof-2019-dataset"

RETRY_STATUS = (408, 425, 429, 500, 502, 503, 504)
NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, OSError)

Progress = Callable[[int, "int | None"], None]


def fetch(
    folder: str | Path,
    *,
    url: str = OFFICIAL_ARCHIVE,
    sha256: str | None = None,
    keep: bool = False,
    progress: Progress | None = None,
    on_extract: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Download the archive of the corpus, unpack it in ``folder``, open it.

    After an interruption the next call resumes.

    Parameters
    ----------
    sha256 : hash of the archive. None relies on its length and on the checksum that
        it has of each member.
    keep : keep the archive.
    progress : called with (bytes received, bytes in all or None).
    on_extract : called with (members extracted, members in all).

    Raises
    ------
    DownloadError, DiskError
        As :func:`download` does.
    ArchiveError
        If the archive is damaged or not safe to unpack.
    CorpusError
        If it does not contain a corpus.
    """
    folder = Path(folder)
    path = folder / PurePosixPath(url).name
    if not path.exists():
        download(url, path, sha256=sha256, progress=progress)
    with open_archive(path) as archive:
        extract_all(archive, folder, on_extract=on_extract)
    corpus = open_corpus(next(search_la_folders(folder, depth=1), folder))
    if not keep:
        path.unlink()
    return corpus


def fetch_from_kaggle() -> Corpus:
    """Download the copy on Kaggle with ``kagglehub``, into its cache.

    Raises
    ------
    DownloadError
        If ``kagglehub`` is not installed, or fails.
    CorpusError
        If the download is not a corpus.
    """
    try:
        kagglehub = import_module("kagglehub")
    except ImportError:
        raise DownloadError(
            "the copy on Kaggle needs the package kagglehub: pip install kagglehub"
        ) from None
    try:
        folder = kagglehub.dataset_download(KAGGLE_COPY)
    except Exception as error:  # kagglehub documents none of its exceptions
        raise DownloadError(f"kagglehub: {error}") from error
    return open_corpus(folder)


def download(
    url: str,
    target: str | Path,
    *,
    sha256: str | None = None,
    progress: Progress | None = None,
    attempts: int = 6,
    pause: float = 2.0,
    timeout: float = 60.0,
) -> Path:
    """Download ``url`` to ``target``; resume after a cut connection.

    The received part is ``<target>.part``, also between two calls. It is continued
    only if the file on the server is still the same (ETag or date); otherwise the
    download starts again.

    Parameters
    ----------
    sha256 : expected hash of the file; None checks its length only.
    progress : called with (bytes received, bytes in all or None).
    attempts : number of attempts in a row without a new byte before giving up.
    pause : seconds before the second attempt, doubled before each further one.
    timeout : seconds without a byte after which a connection counts as cut.

    Raises
    ------
    DownloadError
        If the server refuses, keeps failing, or sends another length or content than
        expected. A file of wrong content is deleted.
    DiskError
        If the file does not fit on the disk.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    failed = 0
    while True:
        before = _size(part)
        try:
            if _one_attempt(url, part, progress, timeout):
                break
            reason = "the connection was cut"
        except urllib.error.HTTPError as error:
            reason = f"{error.code} {error.reason}"
            if error.code not in RETRY_STATUS:
                raise DownloadError(f"{url}: {reason}") from None
        except NETWORK_ERRORS as error:
            reason = str(getattr(error, "reason", error)) or repr(error)
        failed = 0 if _size(part) > before else failed + 1
        if failed >= attempts:
            raise DownloadError(
                f"{url}: no new data in {attempts} attempts ({reason});"
                f" {_size(part)} bytes are in {part}, and the next call resumes there"
            )
        time.sleep(pause * 2 ** (failed - 1) if failed else 0)
    if sha256 is not None and (found := hash_file(part)) != sha256.lower():
        _discard(part)
        raise DownloadError(
            f"{url}: its SHA-256 is {found}, not {sha256.lower()}; it was deleted"
        )
    _etag_path(part).unlink(missing_ok=True)
    return part.replace(target)


def _one_attempt(
    url: str, part: Path, progress: Progress | None, timeout: float
) -> bool:
    """Send one request; return whether the file is complete."""
    n_bytes, etag_path = _size(part), _etag_path(part)
    etag = etag_path.read_text("utf-8") if etag_path.exists() else ""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if n_bytes and etag:
        request.add_header("Range", f"bytes={n_bytes}-")
        request.add_header("If-Range", etag)
    try:
        response = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # the part is not the beginning of the file
            raise
        _discard(part)
        return False
    with response:
        n_bytes = n_bytes if response.status == 206 else 0
        length = response.headers.get("Content-Length", "")
        total = n_bytes + int(length) if length.isdecimal() else None
        check_disk_space(part.parent, (total or 0) - n_bytes)
        etag = response.headers.get("ETag", "W/")
        if etag.startswith("W/"):  # a weak ETag does not promise the same bytes
            etag = response.headers.get("Last-Modified", "")
        etag_path.write_text(etag, "utf-8")
        with part.open("ab" if n_bytes else "wb") as file:
            while block := response.read(2**20):
                file.write(block)
                n_bytes += len(block)
                if progress is not None:
                    progress(n_bytes, total)
    return total is None or n_bytes == total


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _etag_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _etag_path(part).unlink(missing_ok=True)
