"""Open and unpack a ZIP archive from elsewhere safely.

Before a byte is written, every member is checked: none may leave the folder or be a
link, and the archive may not grow beyond reason.
"""

from __future__ import annotations

import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from antispoof.errors import ArchiveError
from antispoof.files import atomic_path, check_disk_space

MAX_COMPRESSION_RATIO = 200
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
FILE_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: made where there are no types
# What zipfile raises where bytes were changed, and the file system.
READ_ERRORS = (
    *(EOFError, OSError, RuntimeError, ValueError),
    *(struct.error, zipfile.BadZipFile, zlib.error),
)


@contextmanager
def open_archive(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """Open the ZIP archive at ``path`` and check its members.

    Raises
    ------
    ArchiveError
        If it cannot be read, is not a ZIP archive, has a member that leaves the
        folder, is a link or another special file, or is not deflated; or if it would
        unpack to more than 200 times its size.
    """
    path = Path(path)
    try:
        archive = zipfile.ZipFile(path)
    except READ_ERRORS as error:
        raise ArchiveError(f"{path} is not a ZIP archive: {error}") from None
    with archive:
        for member in archive.infolist():
            name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)
            parts = PurePosixPath(name).parts
            if not parts or ".." in parts or set(name) & set("\\:") or name[0] == "/":
                raise ArchiveError(f"{path}: member {name!r} leaves the folder")
            if kind not in FILE_TYPES or member.compress_type not in COMPRESSIONS:
                raise ArchiveError(
                    f"{path}: member {name!r} is a link, or not stored or deflated"
                )
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_COMPRESSION_RATIO * path.stat().st_size:
            raise ArchiveError(
                f"{path} would unpack to {unpacked} bytes;"
                f" up to {MAX_COMPRESSION_RATIO} times its size are accepted"
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
        If a member is damaged or cannot be written; nothing of it is written then.
    DiskError
        If the members do not fit on the disk.
    """
    members = archive.infolist()
    # A file is written atomically, so the right size means that it is complete.
    todo = [m for m in members if _size(Path(folder, m.filename)) != m.file_size]
    check_disk_space(folder, sum(member.file_size for member in todo))
    for done, member in enumerate(todo, start=1 + len(members) - len(todo)):
        target = Path(folder, member.filename)
        try:
            if member.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif target.is_dir():
                raise IsADirectoryError(f"{target} is a folder")
            else:
                with (
                    archive.open(member) as source,
                    atomic_path(target) as temporary,
                    temporary.open("wb") as file,
                ):
                    shutil.copyfileobj(source, file, 2**20)
        except READ_ERRORS as error:
            raise ArchiveError(
                f"{archive.filename}: {member.filename} is damaged: {error}"
            ) from None
        if on_extract is not None:
            on_extract(done, len(members))


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
