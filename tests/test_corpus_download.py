"""Contracts of downloading a corpus, against a server on this machine.

1. A complete file arrives as it is; what was received before is not sent again.
2. After a cut connection the download resumes, also in a later call; if the server has
   no ranges, or its file changed, it starts again.
3. A wrong length, a refusal and a server that keeps failing raise a DownloadError with
   the reason.
4. What does not fit on the disk is not started.
5. fetch leaves a corpus, also from an archive with a folder above LA, resumes after an
   interruption, and deletes the archive; the command prints which corpus it is.
"""

import http.server
import io
import re
import shutil
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from antispoof.corpora import fetch, open_corpus
from antispoof.corpora.download import download
from antispoof.errors import DiskError, DownloadError
from corpora import flac_path, write_corpus

DATA = bytes(range(256)) * 400  # 100 kB


class Handler(http.server.BaseHTTPRequestHandler):
    """Respond as the attributes of the server determine; record requested ranges."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        requested = self.headers.get("Range")
        server.requested.append(requested)
        fresh = self.headers.get("If-Range") == server.etag
        start, status = 0, 200
        if requested and fresh and server.ranges:
            start, status = int(requested.removeprefix("bytes=").rstrip("-")), 206
        body = server.data[start:]
        if server.statuses or not body:
            body, status = b"", server.statuses.pop(0) if server.statuses else 416
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", server.etag)
        self.end_headers()
        cut = server.cuts.pop(0) if server.cuts else len(body)
        self.wfile.write(body[:cut])
        self.close_connection = cut < len(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.data, made.etag, made.ranges = DATA, '"1"', True
    made.requested, made.cuts, made.statuses = [], [], []
    made.url = f"http://127.0.0.1:{made.server_port}/LA.zip"
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def get(server, folder, **more):
    return download(server.url, folder / "LA.zip", pause=0, **more)


def left(folder):
    return sorted(path.name for path in folder.iterdir())


# 1, 2


@pytest.mark.parametrize("ranges", [True, False])
def test_resume_after_cut_connections(server, tmp_path, ranges):
    server.ranges, server.cuts, seen = ranges, [1_000, 0, 5_000, 90_000], []
    path = get(server, tmp_path, progress=lambda *done: seen.append(done))
    assert path.read_bytes() == DATA
    assert left(tmp_path) == ["LA.zip"]
    assert seen[-1] == (len(DATA), len(DATA))
    if ranges:
        starts = ["bytes=1000-", "bytes=1000-", "bytes=6000-", "bytes=96000-"]
        assert server.requested == [None, *starts]


@pytest.mark.parametrize("changed", [False, True])
def test_a_later_call_resumes_unless_the_file_changed(server, tmp_path, changed):
    server.cuts = [1000, 0, 0]
    with pytest.raises(DownloadError, match=r"in 2 attempts.* 1000 bytes are in"):
        get(server, tmp_path, attempts=2)
    assert "LA.zip" not in left(tmp_path)
    if changed:
        server.data, server.etag = DATA[::-1], '"2"'
    assert get(server, tmp_path).read_bytes() == server.data
    assert "bytes=1000-" in server.requested


@pytest.mark.parametrize("more", [b"", b"more"])
def test_a_part_that_is_complete_or_too_long(server, tmp_path, more):
    (tmp_path / "LA.zip.part").write_bytes(DATA + more)
    (tmp_path / "LA.zip.part.etag").write_text(server.etag)
    assert get(server, tmp_path).read_bytes() == DATA


# 3


def test_refused_and_busy(server, tmp_path):
    server.statuses = [404]
    with pytest.raises(DownloadError, match="404: Not Found"):
        get(server, tmp_path)
    assert server.requested == [None]
    with pytest.raises(DownloadError, match="'LA' does not begin with https://"):
        download("LA", tmp_path / "LA.zip")
    assert left(tmp_path) == []
    server.statuses, seen = [503, 500], []
    assert get(server, tmp_path, on_retry=seen.append).read_bytes() == DATA
    assert re.fullmatch(r"attempt 1 of 6: .*503.*; next in 0 s", seen[0])
    assert len(seen) == 2


# 4


def test_no_space(server, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100))
    with pytest.raises(DiskError, match="0 MiB are free"):
        get(server, tmp_path)


# 5


def make_archive(corpus, prefix=""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for path in sorted(corpus.root.rglob("*")):
            made.write(path, f"{prefix}LA/{path.relative_to(corpus.root)}")
    return file.getvalue()


@pytest.mark.parametrize("prefix", ["", "copy/", "a/b/"])
def test_fetch_leaves_a_corpus(server, tmp_path, small_corpus, prefix):
    server.data = make_archive(small_corpus, prefix)
    folder = tmp_path / "data"
    write_corpus(folder / "LA/a")  # another corpus, which was there before
    found = fetch(folder, url=server.url)
    assert found.root == folder / prefix / "LA"
    assert found.id == small_corpus.id
    assert left(folder) == sorted({prefix.partition("/")[0] or "LA", "LA"})


def test_the_command_resumes_unpacking(server, small_corpus, antispoof):
    half = flac_path(Path("data/LA"), "eval", "E1")
    half.parent.mkdir(parents=True)
    half.write_text("half")
    Path("data/LA.zip").write_bytes(make_archive(small_corpus))
    result = antispoof("corpus", "fetch", "data", "--url", server.url)
    assert f"downloading {server.url} to data\n" in result.err
    assert "Downloading and unpacking: 100 % of" in result.err
    assert "A subset of ASVspoof 2019 LA" in result.out
    assert open_corpus("data").id == small_corpus.id
    assert server.requested == []
