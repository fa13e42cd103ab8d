"""Download ASVspoof 2019 LA: the official archive."""

import http.client
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from antispoof.archives import Progress, extract_all
from antispoof.corpora.asvspoof2019 import PROTOCOL_NAMES
from antispoof.corpora.corpus import Corpus
from antispoof.corpora.registry import open_corpus
from antispoof.errors import DownloadError
from antispoof.files import check_disk_space

OFFICIAL_ARCHIVE = "https://datashare.ed.ac.uk/bitstream/handle/10283/3336/LA.zip"
TIMEOUT = 60.0  # seconds without a byte after which a connection counts as cut
RETRY_STATUS = (408, 425, 429, 500, 502, 503, 504)


def fetch(
    folder: str | Path,
    *,
    url: str = OFFICIAL_ARCHIVE,
    progress: Progress = lambda done, n: None,
    on_retry: Callable[[str], None] = lambda text: None,
) -> Corpus:
    """Download the archive of the corpus, unpack it in ``folder``, open it.

    Its folder ``LA`` may be in any folder of the archive. After an interruption the
    next call resumes.

    Parameters
    ----------
    progress : called with (bytes received, bytes in all or None), then with (members
        extracted, members in all).
    on_retry : called with a sentence before each further attempt.

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
        download(url, path, progress=progress, on_retry=on_retry)
    files = extract_all(path, folder, progress=progress)
    found = (file.parents[1] for file in files if file.name in PROTOCOL_NAMES.values())
    corpus = open_corpus(next(found, folder))
    path.unlink()
    return corpus


def download(
    url: str,
    target: str | Path,
    *,
    progress: Progress = lambda done, n: None,
    on_retry: Callable[[str], None] = lambda text: None,
    attempts: int = 6,
    pause: float = 2.0,
) -> Path:
    """Download ``url`` to ``target``; resume after a cut connection.

    The received part is ``<target>.part``, also between two calls. It is continued
    only if the file on the server is still the same (ETag or date); otherwise the
    download starts again.

    Parameters
    ----------
    progress : called with (bytes received, bytes in all or None).
    on_retry : called with a sentence before each attempt after one without a new byte.
    attempts : number of attempts in a row without a new byte before giving up.
    pause : seconds before the second attempt, doubled before each further one.

    Raises
    ------
    DownloadError
        If `url` is no address, or the server refuses, keeps failing, or sends another
        length than declared.
    DiskError
        If the file does not fit on the disk.
    """
    if not url.startswith(("https://", "http://", "file:///")):
        raise DownloadError(f"{url!r} does not begin with https:// or http://")
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    etag_path = target.with_name(f"{target.name}.part.etag")
    failed = 0
    while True:
        n_bytes, reason = _size(part), "the connection was cut"
        try:
            if _receive(url, part, etag_path, progress):
                etag_path.unlink()
                return part.replace(target)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error).strip("<>") or repr(error)
            status = getattr(error, "code", None)
            if status == 416:  # the part is not the beginning of the file
                part.unlink(missing_ok=True)
            elif status and status not in RETRY_STATUS:
                raise DownloadError(f"{url}: {reason}") from None
        failed = 0 if _size(part) > n_bytes else failed + 1
        if failed == attempts:
            raise DownloadError(
                f"{url}: no new data in {attempts} attempts ({reason});"
                f" {n_bytes} bytes are in {part}, and the next call resumes there"
            )
        if failed:
            seconds = pause * 2 ** (failed - 1)
            on_retry(f"attempt {failed} of {attempts}: {reason}; next in {seconds:g} s")
            time.sleep(seconds)


def _receive(url: str, part: Path, etag_path: Path, progress: Progress) -> bool:
    """Send one request; return whether the file is complete."""
    n_bytes = _size(part)
    etag = etag_path.read_text("utf-8") if etag_path.exists() else ""
    resumed = {"Range": f"bytes={n_bytes}-", "If-Range": etag}
    request = urllib.request.Request(url, headers=resumed if n_bytes and etag else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        n_bytes = n_bytes if response.status == 206 else 0
        length = response.headers.get("Content-Length", "")
        total = n_bytes + int(length) if length.isdecimal() else None
        check_disk_space(part.parent, (total or 0) - n_bytes)
        etag = response.headers.get("ETag") or response.headers.get("Last-Modified")
        etag_path.write_text(etag or "", "utf-8")
        with part.open("ab" if n_bytes else "wb") as file:
            while block := response.read(2**20):
                file.write(block)
                n_bytes += len(block)
                progress(n_bytes, total)
    return total is None or n_bytes == total


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
