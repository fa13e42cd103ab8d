"""Contracts of opening archives from elsewhere.

1. A good archive unpacks completely; after an interruption it resumes.
2. Refused before a byte is written: what leaves the folder, growth beyond reason,
   what is not a ZIP archive. A link becomes a file.
3. A member that is damaged, encrypted, or has the place of a folder raises and leaves
   nothing behind; what does not fit is not started.
"""

import stat
import zipfile

import pytest

from antispoof.archives import extract_all
from antispoof.errors import ArchiveError, DiskError


def make(path, *members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_a_good_archive(tmp_path):  # 1
    path = make(tmp_path / "a.zip", ("LA/", ""), ("LA/one.txt", "1"), ("two", "22"))
    extract_all(path, tmp_path / "out")
    assert (tmp_path / "out/LA/one.txt").read_text() == "1"
    assert (tmp_path / "out/two").read_text() == "22"
    (tmp_path / "out/two").write_text("2")
    calls = []
    extract_all(path, tmp_path / "out", progress=lambda *n: calls.append(n))
    assert (tmp_path / "out/two").read_text() == "22"
    assert calls[-1] == (2, 2)


def test_what_is_refused(tmp_path):  # 2
    for name, data, reason in (
        ("/etc/passwd", "x", "leaves the folder"),
        ("a/../../up.txt", "x", "leaves the folder"),
        (".", "x", "leaves the folder"),
        ("bomb", b"\0" * 2**22, "up to 200 times"),
    ):
        members = [("good", "x"), (name, data)]
        path = make(tmp_path / "a.zip", *members, compression=zipfile.ZIP_DEFLATED)
        with pytest.raises(ArchiveError, match=reason):
            extract_all(path, tmp_path / "out")
        assert not (tmp_path / "out").exists()


def test_a_link(tmp_path):  # 2
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = make(tmp_path / "a.zip", (link, ".."), ("link/x", "x"))
    with pytest.raises(ArchiveError, match="link/x cannot be unpacked: "):
        extract_all(path, tmp_path / "out")
    assert (tmp_path / "out/link").read_text() == ".."
    assert not (tmp_path / "out/link").is_symlink()


def test_no_archive(tmp_path):  # 2
    (tmp_path / "text").write_text("no archive")
    for name in ("none.zip", "text"):
        with pytest.raises(ArchiveError, match=name):
            extract_all(tmp_path / name, tmp_path / "out")


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("start", "offset", "reason"),
    [
        (b"PK\x03\x04", 60, "CRC-32"),
        (b"PK\x01\x02", 8, "encrypted"),
        (b"PK\x01\x02", 42, "magic number"),
    ],
    ids=["content", "encrypted", "misplaced"],
)
def test_a_damaged_member(tmp_path, compression, start, offset, reason):  # 3
    member = ("a", bytes(range(256)) * 9)
    path = make(tmp_path / "a.zip", member, compression=compression)
    data = bytearray(path.read_bytes())
    data[data.index(start) + offset] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=f": a is damaged: .*{reason}"):
        extract_all(path, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    ("names", "reason"),
    [(("a", "a/b"), "File exists"), (("a/b", "a"), "is a folder")],
)
def test_a_file_and_a_folder_of_one_name(tmp_path, names, reason):  # 3
    path = make(tmp_path / "a.zip", *((name, "x") for name in names))
    with pytest.raises(ArchiveError, match=f"cannot be unpacked: .*{reason}"):
        extract_all(path, tmp_path / "out")


def test_no_space(tmp_path, small_disk):  # 3
    path = make(tmp_path / "a.zip", ("a", "x"))
    with pytest.raises(DiskError, match=" 1 MiB are free"):
        extract_all(path, tmp_path / "out")
