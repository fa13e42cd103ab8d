"""The clips of a command: files, folders and standard input."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from antispoof.audio import limits
from antispoof.constants import EXTENSIONS
from antispoof.errors import AudioError

STANDARD_INPUT = "-"


@contextmanager
def open_inputs(
    names: Sequence[str],
) -> Iterator[tuple[list[tuple[str, Path]], Counter[str]]]:
    """Name and path of every clip, in order; and endings of files passed over.

    A folder means all sound and film files below it, by their extension and without
    hidden ones; links to folders are followed. "-" is standard input; it and a named
    pipe are kept in a file that is deleted afterwards, because decoders seek. Any other
    path is one clip, whatever its name.

    Raises
    ------
    AudioError
        If a name is empty, standard input is closed, or it is larger than files may be.
    """
    clips, passed_over = [], Counter()
    with tempfile.TemporaryDirectory(prefix="antispoof-") as folder:
        for i, name in enumerate(names):
            if not name:
                raise AudioError("the name of a clip is empty")
            path = Path(name)
            if name == STANDARD_INPUT:
                if sys.stdin is None:
                    raise AudioError("standard input is closed; name a sound file")
                path = Path(folder, "stdin")  # "-" given twice is the same clip
                _keep(sys.stdin.buffer, path)
            elif path.is_fifo():
                with path.open("rb") as pipe:
                    path = Path(folder, f"pipe{i}")
                    _keep(pipe, path)
            if not path.is_dir():
                clips.append((name, path))
                continue
            for file in sorted(_files(path, set())):
                if file.suffix.lower() in EXTENSIONS:
                    clips.append((str(file), file))
                else:
                    passed_over[file.suffix.lower() or "without an ending"] += 1
        yield clips, passed_over


def _keep(stream: BinaryIO, path: Path) -> None:
    with path.open("ab") as file:
        while block := stream.read(2**20):
            limits.check_file_size(file.tell() + len(block))
            file.write(block)


def _files(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """Files in and below a folder, each folder once: links may form a circle."""
    real = folder.resolve()
    if real in seen:
        return
    seen.add(real)
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path, seen)
        elif path.is_file():
            yield path
