"""What a file is, told from its first bytes; names and extensions lie."""

from __future__ import annotations

from typing import BinaryIO

FLAC = "flac"
WAV = "wav"
MP3 = "mp3"

_HEAD = 12  # bytes: the magic numbers below need no more


def sniff(file: BinaryIO) -> str | None:
    """Encoding of an open file where it is one that miniaudio decodes, else None.

    Ogg Vorbis is not among them: a few changed bytes in its header crash miniaudio's
    decoder (stb_vorbis), and with it the process. Leaves the file at its start.
    """
    head = file.read(_HEAD)
    if head[:3] == b"ID3":  # a tag before the sound, most often of an MP3
        file.seek(10 + _synchsafe(head[6:10]))
        head = file.read(_HEAD)
    file.seek(0)
    if head[:4] == b"fLaC":
        return FLAC
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return WAV
    if _starts_mpeg_frame(head):
        return MP3
    return None


def _synchsafe(four: bytes) -> int:
    """Length of an ID3v2 tag: seven bits a byte, highest first (ID3v2.4, 6.2)."""
    size = 0
    for byte in four:
        size = size << 7 | byte & 0x7F
    return size


def _starts_mpeg_frame(head: bytes) -> bool:
    """Frame header of MPEG layer III: eleven set bits, a version, layer code 1.

    The same eleven bits with layer code 0 begin raw AAC (ADTS).
    """
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and head[1] >> 3 & 3 != 1  # version
        and head[1] >> 1 & 3 == 1  # layer III
        and head[2] >> 4 != 15  # bit rate
        and head[2] >> 2 & 3 != 3  # sample rate
    )
