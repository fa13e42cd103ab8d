"""Open and unpack a ZIP archive from elsewhere safely.

Before a byte is written, every member is checked: none may leave the folder, be a link,
have the name of another, or be encrypted, and the archive may not grow beyond reason.
"""

from __future__ import annotations

import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from antispoof.errors import ArchiveError
from antispoof.files import atomic_path, check_disk_space

MAX_COMPRESSION_RATIO = 200
# What zipfile raises where bytes were changed.
DAMAGED = (
    EOFError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def open_archive(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """Open the ZIP archive at ``path`` and check its members.

    Raises
    ------
    ArchiveError
        If it cannot be read, is not a ZIP archive, has a member that is absolute,
        leaves the folder, is a link or another special file, has the name of another
        (ignoring case), is below a file, is encrypted, or is not deflated; or
        if it would unpack to more than 200 times its size.
    """
    path = Path(path)
    with _damage(path):
        archive = zipfile.ZipFile(path)
    with archive:
        names: dict[str, bool] = {}  # without case -> whether it is a file
        for member in archive.infolist():
            reason = _reject_reason(member, names)
            if reason:
                raise ArchiveError(f"{path}: member {member.filename!r} {reason}")
            names[member.filename.rstrip("/").casefold()] = not member.is_dir()
        for name in names:
            if any(names.get(str(folder)) for folder in PurePosixPath(name).parents):
                raise ArchiveError(f"{path}: member {name!r} is below a file")
        size = path.stat().st_size
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_COMPRESSION_RATIO * size:
            raise ArchiveError(
                f"{path} has {size} bytes and would unpack to {unpacked};"
                f" accepted: up to {MAX_COMPRESSION_RATIO} times its size"
            )
        yield archive


def extract_all(
    archive: zipfile.ZipFile,
    folder: str | Path,
    *,
    on_extract: Callable[[int, int], None] | None = None,
) -> None:
    """Unpack an archive from :func:`open_archive`; after an interruption, resume.

    Parameters
    ----------
    on_extract : called with (members extracted, members in all).

    Raises
    ------
    ArchiveError
        If a member is damaged; it is not written then.
    DiskError
        If the members do not fit on the disk.
    """
    folder = Path(folder)
    members = archive.infolist()
    # A file is written atomically, so the right size means that it is complete.
    todo = [m for m in members if _size(folder / m.filename) != m.file_size]
    check_disk_space(folder, sum(member.file_size for member in todo))
    for done, member in enumerate(todo, start=1 + len(members) - len(todo)):
        target = Path(folder, *PurePosixPath(member.filename).parts)
        if member.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            with (
                _damage(archive.filename, member.filename),
                archive.open(member) as source,
                atomic_path(target) as temporary,
                temporary.open("wb") as file,
            ):
                shutil.copyfileobj(source, file, 2**20)
        if on_extract is not None:
            on_extract(done, len(members))


def _reject_reason(member: zipfile.ZipInfo, names: Container[str]) -> str | None:
    name = member.filename
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or ":" in name:
        return "is not a relative path"
    if ".." in parts:
        return "leaves the folder"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or another special file"
    if name.rstrip("/").casefold() in names:
        return "is in it twice"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is not compressed with deflate, which alone is accepted"
    if member.header_offset < 0:
        return "begins before the file does, whose beginning is missing"
    return None


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


@contextmanager
def _damage(*where: str | Path | None) -> Iterator[None]:
    """Report damage found while reading an archive, or one of its members."""
    try:
        yield
    except FileNotFoundError:
        raise ArchiveError(f"archive {where[0]} does not exist") from None
    except (IsADirectoryError, PermissionError, *DAMAGED) as error:
        raise ArchiveError(
            f"{': '.join(map(str, where))} is damaged or not a ZIP archive: {error}"
        ) from None
