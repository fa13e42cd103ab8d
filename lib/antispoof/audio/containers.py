"""What a file holds by its own structure: sound files joined, and how much sound.

Headers may announce more or less than there is: a download broke off, a recorder
crashed, files were joined, or somebody wants a part not to be judged. Decoders believe
the header without a word.
"""

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, NamedTuple

import numpy as np

CANCELLED = 0.01  # energy of the mean, of that of the loudest channel
BLOCK, OVERLAP = 2**20, 32  # bytes; the overlap holds the longest pattern
UNKNOWN_SIZE = 0x7FFF_0000  # bytes; recorders that cannot seek write such sizes
# How files begin whose decoders stop where another one begins. Those of MP3 and others
# do not stop; nor do Ogg and Matroska, within which a FLAC may begin.
_READ_ON = (b"OggS", b"\x1aE\xdf\xa3")
_STARTS = re.compile(
    rb"fLaC[\0\x80]\0\0\x22|(?:RIFF|RF64)....WAVE|FORM....AIF[FC]|caff\0\x01\0\0desc"
    rb"|riff\x2e\x91\xcf\x11|FLV\x01[\x01\x04\x05]\0\0\0\x09|TTA1[\x01\x03]\0"
    rb"|wvpk....[\x02-\x10]\x04......\0\0\0\0|Creative Voice File|ftyp(?<=\0\0\0.ftyp)",
    re.DOTALL,
)
_PAIRS = np.zeros(2**16, bool)  # whether a pattern begins with these two bytes
_PAIRS[np.frombuffer(b"fLRIRFFOcariFLTTwvCrft", "<u2")] = True
# First bytes -> where the chunks begin, header of a chunk, name of the one with the
# sound, and the multiple of bytes that chunks are filled up to.
_CHUNKS = {
    b"RIFF": (12, "<4sI", b"data", 2),
    b"FORM": (12, ">4sI", b"SSND", 2),
    b"caff": (8, ">4sq", b"data", 1),
    b"riff": (40, "<16sQ", b"data", 8),  # Wave64; its sizes include the header
}


@dataclass
class Completeness:
    """How much of a file was decoded; filled in while it is.

    Attributes
    ----------
    announced : seconds that it announces or holds, at least those decoded.
    cut : whether it ends within a part of its structure, so that an end is missing.
    files : sound files that are joined in it.
    channels : of the sound.
    mixed, loudest : energy of what was decoded, and of its loudest channel.
    """

    announced: float = 0.0
    cut: bool = False
    files: int = 0
    channels: int = 1
    mixed: float = 0.0
    loudest: float = 0.0

    @property
    def is_cancelled(self) -> bool:
        """Whether the mean over the channels has 20 dB less than the loudest one."""
        return self.mixed < CANCELLED * self.loudest


class Sound(NamedTuple):
    """Where the sound in a file begins, bytes declared for it, and bytes held."""

    start: int
    declared: int
    held: int


class Part:
    """A sound file within an open file. It has no name that a decoder could guess from.

    It is read like a file, within its ``size`` bytes.
    """

    def __init__(self, file: BinaryIO, start: int, end: int):
        self._file, self._start, self.size, self._at = file, start, end - start, 0

    def read(self, n: int = -1) -> bytes:
        """At most n bytes; all that are left if n is negative."""
        left = self.size - self._at
        if left <= 0:
            return b""
        self._file.seek(self._start + self._at)
        data = self._file.read(min(n, left) if n >= 0 else left)
        self._at += len(data)
        return data

    def tell(self) -> int:
        """Position from the start of the part."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek; -1, FFmpeg's code for failure, where a damaged file points outside."""
        at = (0, self._at, self.size)[whence] + offset
        if at < 0:
            return -1
        self._at = at
        return at


def split(file: BinaryIO) -> list[Part]:
    """The sound files that are joined in a file, in order; the file if it is one."""
    size = file.seek(0, os.SEEK_END)
    whole = Part(file, 0, size)
    first = tag_end(_peek(whole, 0, 10))
    starts = set()
    if _peek(whole, 0, 4) not in _READ_ON:
        for at in range(first + 1, size, BLOCK):
            data = _peek(whole, at, BLOCK + OVERLAP)
            for match in filter(None, (_STARTS.match(data, i) for i in _likely(data))):
                starts.add(at + match.start() - 4 * (match[0] == b"ftyp"))
    bounds = [0, *sorted(start for start in starts if start > first), size]
    return [Part(file, *pair) for pair in pairwise(bounds)]


def _likely(data: bytes) -> Iterator[int]:
    """Where `_STARTS` may match: far faster than to try it at every byte."""
    for odd in (0, 1):
        pairs = np.frombuffer(data, "<u2", (len(data) - odd) // 2, odd)
        yield from (np.flatnonzero(_PAIRS[pairs]) * 2 + odd).tolist()


def tag_end(head: bytes) -> int:
    """Length of an ID3 tag before the sound, from its first 10 bytes; 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    # Seven bits of length per byte.
    return 10 + sum((byte & 0x7F) << 7 * i for i, byte in enumerate(head[9:5:-1]))


def find_sound(part: Part) -> Sound | None:
    """Where the sound lies in a WAV, AIFF, CAF or Wave64, and how much.

    None for other files, and where the header does not know. Leaves the part at its
    start.
    """
    head = _peek(part, 0, 4)
    if head not in _CHUNKS:
        return None
    at, _, wanted, _ = _CHUNKS[head]
    chunks = list(_chunks(part, head, at))
    sounds = [chunk for chunk in chunks if chunk[0].startswith(wanted)]
    if not sounds or not 0 < sounds[0][2] < UNKNOWN_SIZE:
        return None
    _, start, declared = sounds[0]
    end = sum(chunks[-1][1:])
    # Up to the end of the file there are chunks; or it is more sound.
    whole = 0 <= part.size - end < 8
    return Sound(start, declared, declared if whole else part.size - start)


def _chunks(part: Part, head: bytes, at: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and size of each chunk, up to what is none."""
    _, layout, _, multiple = _CHUNKS[head]
    length = struct.calcsize(layout)
    while len(data := _peek(part, at, length)) == length:
        name, size = struct.unpack(layout, data)
        size -= length * (head == b"riff")
        if size < 0 or not (head == b"riff" or 32 <= min(name) <= max(name) < 127):
            return
        yield name, at + length, size
        at += length + size + -size % multiple


def ends_early(part: Part) -> bool:
    """Whether the end of an Ogg, MP4 or transport stream is missing."""
    head = _peek(part, 0, 4)
    if head == b"OggS":
        tail = _peek(part, max(0, part.size - 2**17), 2**17)
        flags = tail[tail.rfind(b"OggS") + 5 :][:1]
        return not flags or not flags[0] & 4
    if _peek(part, 4, 4) == b"ftyp":
        at = 0
        while len(box := _peek(part, at, 16)) == 16:
            size = int.from_bytes(box[:4], "big")
            size = (
                int.from_bytes(box[8:], "big") if size == 1 else size or part.size - at
            )
            at += max(size, 8)
        return at > part.size
    return head[:1] == b"G" and _peek(part, 188, 1) == b"G" and part.size % 188 > 0


def _peek(part: Part, at: int, n: int) -> bytes:
    part.seek(at)
    data = part.read(n)
    part.seek(0)
    return data
