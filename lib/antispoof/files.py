"""Files and folders of the project: where it lies, and writing without half files."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from antispoof.errors import DiskError

MIN_FREE_BYTES = 64 * 2**20  # left free on every disk


def project_folder() -> Path:
    """Folder of the book: the nearest one with ``_toc.yml`` at or above the current.

    A notebook opened in Jupyter works in ``notebooks/``, a command at the root. Outside
    the book it is the current folder.
    """
    here = Path.cwd()
    folders = (here, *here.parents)
    return next((f for f in folders if (f / "_toc.yml").is_file()), here)


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block succeeds.

    Write a file or a folder at the temporary path. If the block raises, what was
    written is removed and ``path`` stays as it was. An existing folder is replaced.

    Raises
    ------
    DiskError
        If the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    _remove(temporary)
    try:
        yield temporary
        if path.is_dir():
            _remove(path)
        temporary.replace(path)
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise DiskError(f"no space left on the disk to write {path}") from error
        raise
    finally:
        _remove(temporary)


def check_disk_space(folder: str | Path, n_bytes: int) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    DiskError
        If fewer than ``n_bytes``, and some to spare, are free where ``folder`` is or
        will be made.
    """
    folder = Path(folder).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if n_bytes + MIN_FREE_BYTES > free:
        raise DiskError(
            f"{n_bytes / 2**20:.0f} MiB are needed in {folder},"
            f" {free / 2**20:.0f} MiB are free"
        )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
