"""Which clips are meant: files, folders and standard input."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from antispoof.audio import limits
from antispoof.errors import AudioError

STANDARD_INPUT = "-"
EXTENSIONS = (
    *(".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".webm"),
    *(".aif", ".aiff", ".amr", ".wma", ".mp4", ".mov", ".mkv", ".mka", ".3gp", ".au"),
)


def collect_inputs(given: Sequence[str]) -> list[tuple[str, Path]]:
    """Name and path of every clip that is meant, in order.

    Of a folder, all files below it that are named like sound or film are meant;
    hidden ones are left out. Any other path is one clip, whatever its name.
    """
    found = []
    for name in given:
        path = Path(name)
        if name != STANDARD_INPUT and path.is_dir():
            inside = sorted(file for file in path.rglob("*") if _is_meant(file))
            found += [(str(file), file) for file in inside]
        else:
            found.append((name, path))
    return found


def _is_meant(path: Path) -> bool:
    return (
        path.suffix.lower() in EXTENSIONS
        and not path.name.startswith(".")
        and path.is_file()
    )


@contextmanager
def read_standard_input() -> Iterator[Path]:
    """What comes through standard input, as a file that is gone afterwards.

    Raises
    ------
    AudioError
        If it is larger than files may be.
    """
    with tempfile.TemporaryDirectory(prefix="antispoof-") as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as file:
            n_bytes = 0
            while part := sys.stdin.buffer.read(2**20):
                n_bytes += len(part)
                try:
                    limits.require_file_fits(n_bytes)
                except AudioError as error:
                    raise AudioError(f"cannot read standard input: {error}") from None
                file.write(part)
        yield path
