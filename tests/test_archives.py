"""Contracts of opening archives from elsewhere.

1. A good archive unpacks completely; after an interruption it resumes.
2. Refused before a byte is written: absolute paths, .., drive letters, backslashes,
   links, repeated names (ignoring case), a file below a file, encrypted members,
   other compressions than deflate, growth beyond reason, a lost beginning, what is not
   a ZIP archive.
3. A damaged member leaves nothing behind; what does not fit is not started.
"""

import shutil
import stat
import zipfile
from types import SimpleNamespace

import pytest

from antispoof.archives import extract_all, open_archive
from antispoof.errors import ArchiveError, DiskError


def make(path, *members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def link(name):
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def unpack_all(path, folder):
    with open_archive(path) as archive:
        extract_all(archive, folder)


def test_a_good_archive(tmp_path):  # 1
    path = make(tmp_path / "a.zip", ("LA/", ""), ("LA/one.txt", "1"), ("two", "22"))
    unpack_all(path, tmp_path / "out")
    assert (tmp_path / "out/LA/one.txt").read_text() == "1"
    assert (tmp_path / "out/two").read_text() == "22"
    (tmp_path / "out/two").write_text("2")
    calls = []
    with open_archive(path) as archive:
        extract_all(archive, tmp_path / "out", on_extract=lambda *n: calls.append(n))
    assert (tmp_path / "out/two").read_text() == "22"
    assert calls[-1] == (3, 3)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("/etc/passwd", "x")], "is not a relative path"),
        ([("../up.txt", "x")], "leaves the folder"),
        ([("a/../../up.txt", "x")], "leaves the folder"),
        ([("C:/x", "x")], "is not a relative path"),
        ([("a\\..\\b", "x")], "is not a relative path"),
        ([(link("a"), "/etc/passwd")], "is a link"),
        ([("a", "1"), ("a", "2")], "is in it twice"),
        ([("A/b", "1"), ("a/B", "2")], "is in it twice"),
        ([("a", "1"), ("a/b", "2")], "is below a file"),
    ],
)
def test_what_is_refused(tmp_path, members, reason):  # 2
    path = make(tmp_path / "a.zip", ("good", "x"), *members)
    with pytest.raises(ArchiveError, match=reason):
        unpack_all(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bomb(tmp_path):  # 2
    path = tmp_path / "a.zip"
    make(path, ("zeros", b"\0" * 2**22), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ArchiveError, match="up to 200 times"):
        unpack_all(path, tmp_path / "out")


def test_encrypted(tmp_path):  # 2
    path = make(tmp_path / "a.zip", ("a", "x"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="is encrypted"):
        unpack_all(path, tmp_path / "out")


def test_other_compressions(tmp_path):  # 2
    path = make(tmp_path / "a.zip", ("a", "x"), compression=zipfile.ZIP_BZIP2)
    with pytest.raises(ArchiveError, match="'a' is not compressed with deflate"):
        unpack_all(path, tmp_path / "out")


def test_a_lost_beginning(tmp_path):  # 2
    path = make(tmp_path / "a.zip", ("a", "x"))
    path.write_bytes(path.read_bytes()[1:])
    with pytest.raises(ArchiveError, match="whose beginning is missing"):
        unpack_all(path, tmp_path / "out")


@pytest.mark.parametrize("data", [None, b"", b"no archive"])
def test_no_archive(tmp_path, data):  # 2
    path = tmp_path / "a.zip"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"a\.zip"):
        unpack_all(path, tmp_path / "out")


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_member(tmp_path, compression):  # 3
    path = make(
        tmp_path / "a.zip", ("a", bytes(range(256)) * 9), compression=compression
    )
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=": a is damaged"):
        unpack_all(path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_directory_that_points_elsewhere(tmp_path):  # 3
    path = make(tmp_path / "a.zip", ("a", "xyz"))
    # The directory at the end gives another offset; there is no header.
    data = bytearray(path.read_bytes())
    where = data.index(b"PK\x01\x02") + 42
    data[where : where + 4] = (len(data) - 4).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=": a is damaged"):
        unpack_all(path, tmp_path / "out")


def test_no_space(tmp_path, monkeypatch):  # 3
    path = make(tmp_path / "a.zip", ("a", "x"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100))
    with (
        open_archive(path) as archive,
        pytest.raises(DiskError, match="0 MiB are"),
    ):
        extract_all(archive, tmp_path / "out")
