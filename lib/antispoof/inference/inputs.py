"""The clips of a command: files, folders and standard input."""

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


def collect_inputs(names: Sequence[str]) -> list[tuple[str, Path]]:
    """Name and path of every clip, in order.

    A folder means all sound and film files below it, by their extension and
    without hidden ones. Any other path is one clip, whatever its name.
    """
    clips = []
    for name in names:
        path = Path(name)
        if name != STANDARD_INPUT and path.is_dir():
            clips += [
                (str(file), file)
                for file in sorted(path.rglob("*"))
                if file.suffix.lower() in EXTENSIONS
                and not file.name.startswith(".")
                and file.is_file()
            ]
        else:
            clips.append((name, path))
    return clips


@contextmanager
def read_standard_input() -> Iterator[Path]:
    """Standard input as a file, which is deleted afterwards.

    Raises
    ------
    AudioError
        If it is larger than files may be.
    """
    with tempfile.TemporaryDirectory(prefix="antispoof-") as folder:
        path = Path(folder, "stdin")
        with path.open("wb") as file:
            while block := sys.stdin.buffer.read(2**20):
                try:
                    limits.check_file_size(file.tell() + len(block))
                except AudioError as error:
                    raise AudioError(f"cannot read standard input: {error}") from None
                file.write(block)
        yield path
