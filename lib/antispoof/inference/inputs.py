"""The clips of a command: files, folders and standard input."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from antispoof.audio import limits

STANDARD_INPUT = "-"
EXTENSIONS = (
    *(".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".webm"),
    *(".aif", ".aiff", ".amr", ".wma", ".mp4", ".mov", ".mkv", ".mka", ".3gp", ".au"),
)


@contextmanager
def open_inputs(names: Sequence[str]) -> Iterator[list[tuple[str, Path]]]:
    """Name and path of every clip, in order.

    A folder means all sound and film files below it, by their extension and without
    hidden ones. "-" is standard input, kept in a file that is deleted afterwards. Any
    other path is one clip, whatever its name.

    Raises
    ------
    AudioError
        If standard input is larger than files may be.
    """
    clips = []
    with tempfile.TemporaryDirectory(prefix="antispoof-") as folder:
        for name in names:
            path = Path(name)
            if name == STANDARD_INPUT:
                path = Path(folder, "stdin")
                with path.open("ab") as file:  # "-" given twice is the same clip
                    while block := sys.stdin.buffer.read(2**20):
                        limits.check_file_size(file.tell() + len(block))
                        file.write(block)
            if not path.is_dir():
                clips.append((name, path))
                continue
            clips += [
                (str(file), file)
                for file in sorted(path.rglob("*"))
                if file.suffix.lower() in EXTENSIONS
                and not file.name.startswith(".")
                and file.is_file()
            ]
        yield clips
