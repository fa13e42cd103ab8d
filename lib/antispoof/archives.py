"""ZIP archives from elsewhere, opened with suspicion.

What an archive says of itself is checked before a byte is written: no member may leave
the folder it is unpacked into, be a link, share its name with another, or grow beyond
reason.
"""

from __future__ import annotations

import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from antispoof.errors import ArchiveError, DiskError

MOST_GROWTH = 200  # times its packed size that an archive may unpack to
SPARE = 64 * 2**20  # bytes left free on the disk
BLOCK = 2**20
# The compressions that people use; the others have decoders of their own to fall over.
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What Python's zipfile raises where bytes were changed.
DAMAGED = (
    EOFError,
    NotImplementedError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def open_archive(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """The ZIP archive at ``path``, its members checked.

    Raises
    ------
    ArchiveError
        If it cannot be read, is no ZIP archive, or has a member that is encrypted,
        absolute, leads out of the folder, is a link or another special file, has the
        name of another (also where case does not count), lies below a file, begins
        before the archive does, or is compressed other than by deflating; or if it
        would unpack to more than two hundred times its size.
    """
    path = Path(path)
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise ArchiveError(f"archive {path} does not exist") from None
    except (OSError, *DAMAGED) as error:
        raise ArchiveError(f"{path} is no ZIP archive: {error}") from None
    with archive:
        _check(archive, path)
        yield archive


def unpack_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: str | Path
) -> Path:
    """Write one member of a checked archive below ``folder``, whole or not at all.

    Raises
    ------
    ArchiveError
        If it is damaged, or longer than the archive says.
    """
    target = Path(folder, *PurePosixPath(member.filename).parts)
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    try:
        with archive.open(member) as source, draft.open("wb") as file:
            shutil.copyfileobj(source, file, BLOCK)
        if draft.stat().st_size != member.file_size:
            raise ArchiveError(
                f"{archive.filename}: {member.filename} has {draft.stat().st_size}"
                f" bytes, not the {member.file_size} that it should have"
            )
        draft.replace(target)
    except DAMAGED as error:
        raise ArchiveError(
            f"{archive.filename}: {member.filename} is damaged: {error}"
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return target


def read_member(archive: zipfile.ZipFile, name: str, *, most: int) -> bytes:
    """The bytes of one member of a checked archive.

    Parameters
    ----------
    most : bytes that are accepted.

    Raises
    ------
    ArchiveError
        If there is no such member, or it is damaged or longer than accepted.
    """
    try:
        member = archive.getinfo(name)
        if member.file_size > most:
            raise ArchiveError(
                f"{archive.filename}: {name} has {member.file_size} bytes; up to"
                f" {most} are accepted"
            )
        return archive.read(member)
    except KeyError:
        raise ArchiveError(f"{archive.filename}: {name} is not in it") from None
    except DAMAGED as error:
        raise ArchiveError(f"{archive.filename}: {name} is damaged: {error}") from None


def require_room(archive: zipfile.ZipFile, folder: str | Path) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    DiskError
        If the unpacked members would not fit where ``folder`` is.
    """
    need = sum(member.file_size for member in archive.infolist())
    free = shutil.disk_usage(folder).free
    if need + SPARE > free:
        raise DiskError(
            f"{archive.filename} unpacks to {need / 2**20:.0f} MiB,"
            f" {free / 2**20:.0f} MiB are free in {folder}"
        )


def _check(archive: zipfile.ZipFile, path: Path) -> None:
    files: dict[str, str] = {}
    for member in archive.infolist():
        reason = _fault(member)
        name = member.filename.rstrip("/").casefold()
        if reason is None and name in files:
            reason = "stands in it twice"
        if reason:
            raise ArchiveError(f"{path}: member {member.filename!r} {reason}")
        files[name] = "folder" if member.is_dir() else "file"
    for name in files:
        for above in PurePosixPath(name).parents:
            if files.get(str(above)) == "file":
                raise ArchiveError(f"{path}: member {name!r} lies below a file")
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MOST_GROWTH * path.stat().st_size:
        raise ArchiveError(
            f"{path} has {path.stat().st_size} bytes and would unpack to {unpacked};"
            f" accepted is up to {MOST_GROWTH} times its size"
        )


def _fault(member: zipfile.ZipInfo) -> str | None:
    name = member.filename
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or ":" in name:
        return "is not a plain relative path"
    if ".." in parts:
        return "leads out of the folder"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or another special file"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in COMPRESSIONS:
        return "is compressed in a way that is not accepted; deflating is"
    if member.header_offset < 0:
        return "begins before the archive does, which has lost its beginning"
    return None
