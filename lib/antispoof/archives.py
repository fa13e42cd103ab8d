"""Unpack a ZIP archive from elsewhere: nothing outside the folder, nothing half."""

import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from antispoof.errors import ArchiveError
from antispoof.files import atomic_path, check_disk_space

Progress = Callable[[int, "int | None"], None]
MAX_COMPRESSION_RATIO = 200
# What zipfile raises where bytes were changed, and the file system.
READ_ERRORS = (
    *(EOFError, OSError, RuntimeError, ValueError),
    *(struct.error, zipfile.BadZipFile, zlib.error),
)


def extract_all(
    path: str | Path, folder: str | Path, *, progress: Progress = lambda done, n: None
) -> list[Path]:
    """Unpack the archive at ``path`` into a folder; after an interruption, resume.

    Links are not followed or made: what zipfile reads of one is a small text file.

    Parameters
    ----------
    progress : called with (members extracted, members in all).

    Returns
    -------
    The path of every file of the archive.

    Raises
    ------
    ArchiveError
        Before anything is written: if it is not a ZIP archive, a member would leave
        the folder, or it would unpack to more than 200 times its size. Later: if a
        member is damaged or cannot be written; nothing of it is left then.
    DiskError
        If the members do not fit on the disk.
    """
    path, folder = Path(path), Path(folder).absolute()
    try:
        archive = zipfile.ZipFile(path)
    except READ_ERRORS as error:
        raise ArchiveError(f"{path} is not a ZIP archive: {error}") from None
    with archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        targets = {m: folder / m.filename for m in members}
        for member, target in targets.items():
            if folder not in Path(os.path.normpath(target)).parents:
                raise ArchiveError(f"{path}: {member.filename!r} leaves the folder")
        unpacked = sum(member.file_size for member in targets)
        if unpacked > MAX_COMPRESSION_RATIO * path.stat().st_size:
            raise ArchiveError(
                f"{path} would unpack to {unpacked} bytes;"
                f" up to {MAX_COMPRESSION_RATIO} times its size are accepted"
            )
        # A file is written atomically, so the right size means that it is complete.
        todo = [m for m, target in targets.items() if _size(target) != m.file_size]
        check_disk_space(folder, sum(member.file_size for member in todo))
        for done, member in enumerate(todo, start=1 + len(targets) - len(todo)):
            target = targets[member]
            try:
                if target.is_dir():
                    raise IsADirectoryError(f"{target} is a folder")
                with (
                    archive.open(member) as source,
                    atomic_path(target) as temporary,
                    temporary.open("wb") as file,
                ):
                    shutil.copyfileobj(source, file, 2**20)
            except READ_ERRORS as error:
                on_disk = isinstance(error, OSError)
                what = "cannot be unpacked" if on_disk else "is damaged"
                raise ArchiveError(
                    f"{path}: {member.filename} {what}: {error}"
                ) from None
            progress(done, len(targets))
        return [*targets.values()]


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
