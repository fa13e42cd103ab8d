"""A large file over a bad line: fetched piece by piece, taken only when it is whole."""

from __future__ import annotations

import contextlib
import http.client
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from antispoof.errors import DiskError, DownloadError
from antispoof.hashing import hash_file

ATTEMPTS = 8  # in a row that bring nothing
TIMEOUT = 60.0  # seconds without a byte
PAUSE = 2.0  # seconds before the second attempt; doubled each time
BLOCK = 2**20
SPARE = 64 * 2**20  # bytes left free on the disk
BUSY = (408, 425, 429, 500, 502, 503, 504)  # worth another attempt
CUT = (urllib.error.URLError, http.client.HTTPException, OSError)

Progress = Callable[[int, int | None], None]


def download(
    url: str,
    target: str | Path,
    *,
    sha256: str | None = None,
    progress: Progress | None = None,
    attempts: int = ATTEMPTS,
    pause: float = PAUSE,
    timeout: float = TIMEOUT,
) -> Path:
    """Fetch ``url`` to ``target``, going on where a cut connection left off.

    What has come lies in ``<target>.part``, also between two calls. The server is
    asked to go on only if its file is still the same (its ETag or date); else it
    begins anew.

    Parameters
    ----------
    sha256 : what the whole file must hash to; None takes it on its length alone.
    progress : called with (bytes there, bytes in all or None).
    attempts : in a row that bring no byte, before it gives up.
    pause : seconds before the second attempt, doubled before each further one.
    timeout : seconds without a byte after which a connection counts as cut.

    Raises
    ------
    DownloadError
        If the server refuses, keeps failing, or sends another length or content than
        it should. A file of the wrong content is not kept.
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
            whole = _one_attempt(url, part, progress, timeout)
        except urllib.error.HTTPError as error:
            if error.code not in BUSY:
                raise DownloadError(f"{url}: {error.code} {error.reason}") from None
            whole, reason = False, f"{error.code} {error.reason}"
        except CUT as error:
            whole, reason = False, str(getattr(error, "reason", error)) or repr(error)
        else:
            reason = "the connection was cut"
        if whole:
            break
        failed = 0 if _size(part) > before else failed + 1
        if failed >= attempts:
            raise DownloadError(
                f"{url}: given up after {attempts} attempts ({reason});"
                f" {_size(part)} bytes are in {part}, and the next call goes on"
            )
        time.sleep(pause * 2 ** max(failed - 1, 0) if failed else 0)
    if sha256 is not None and hash_file(part) != sha256.lower():
        found = hash_file(part)
        _forget(part)
        raise DownloadError(
            f"{url}: its SHA-256 is {found}, not {sha256.lower()}; nothing was kept"
        )
    _mark_of(part).unlink(missing_ok=True)
    return part.replace(target)


def _one_attempt(
    url: str, part: Path, progress: Progress | None, timeout: float
) -> bool:
    """One request; whether the file is whole after it."""
    have, mark = _size(part), _read_mark(part)
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if have and mark:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", mark)
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        # Nothing is left to send: what is here is whole, or of another file.
        total = _total(error.headers.get("Content-Range", ""))
        if total == have:
            return True
        _forget(part)
        return False
    with answer:
        if answer.status == 206:
            start, total = _range(answer.headers.get("Content-Range", ""), url)
            if start != have:
                raise DownloadError(
                    f"{url}: asked for bytes from {have} on, got them from {start}"
                )
        else:
            have, total = 0, _number(answer.headers.get("Content-Length"))
        _require_room(part, have, total)
        _write_mark(part, answer.headers)
        with part.open("ab" if have else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                have += len(block)
                if progress is not None:
                    progress(have, total)
    if total is not None and have > total:
        _forget(part)
        raise DownloadError(f"{url}: sent {have} bytes, and said {total}")
    return total is None or have == total


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _mark_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _read_mark(part: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return _mark_of(part).read_text("utf-8")
    return ""


def _write_mark(part: Path, headers: http.client.HTTPMessage) -> None:
    etag = headers.get("ETag", "")
    # A weak tag does not promise the same bytes.
    mark = etag if etag and not etag.startswith("W/") else ""
    _mark_of(part).write_text(mark or headers.get("Last-Modified", ""), "utf-8")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark_of(part).unlink(missing_ok=True)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _total(content_range: str) -> int | None:
    return _number(content_range.rpartition("/")[2])


def _range(content_range: str, url: str) -> tuple[int, int | None]:
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", content_range)
    if found is None:
        raise DownloadError(f"{url}: answered with the range {content_range!r}")
    return int(found[1]), _number(found[2])


def _require_room(part: Path, have: int, total: int | None) -> None:
    free = shutil.disk_usage(part.parent).free
    if total is not None and total - have + SPARE > free:
        raise DiskError(
            f"{(total - have) / 2**20:.0f} MiB are still to come,"
            f" {free / 2**20:.0f} MiB are free in {part.parent}"
        )
