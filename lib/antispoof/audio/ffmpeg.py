"""Decode with FFmpeg, through PyAV: what miniaudio does not read, and long clips."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from antispoof.audio import limits
from antispoof.errors import AudioError

if TYPE_CHECKING:
    from av import AudioStream
    from av.container import InputContainer

# Containers of sound and film only: FFmpeg also plays lists that name other files and
# addresses, which it must not open for a clip from a stranger.
_CONTAINERS = (
    "aac,ac3,aiff,amr,asf,au,avi,eac3,flac,flv,matroska,webm,mov,mp3,mp4,m4a,"
    "mpeg,mpegts,ogg,oma,tta,voc,w64,wav,wv,"
    "caf"  # codespell:ignore caf
)


_RAW = ("mp3", "aac", "ac3", "eac3", "amr")  # frames without a table of contents
_TOLD = (b"Xing", b"Info", b"VBRI")  # a first frame of MP3 that says how many follow
_HEAD = 2**16  # bytes in which it is looked for: it may follow a tag


class _UnnamedFile:
    """An open file without its name, from which FFmpeg would guess the format."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek; -1, FFmpeg's code for failure, where a damaged file points outside."""
        try:
            return self._file.seek(offset, whence)
        except OSError:
            return -1


def read(file: BinaryIO) -> tuple[np.ndarray, int]:
    """Decode the first audio stream: float32 of shape (n, channels), and its rate.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file, cannot decode it to its end, or the
        sound is too large for memory.
    """
    parts, sample_rate, n_samples = [], 0, 0
    for part, rate in frames(file):
        n_samples += len(part)
        limits.check_decoded_size(n_samples, part.shape[1])
        parts.append(part)
        sample_rate = rate
    return np.concatenate(parts), sample_rate


def count_tracks(file: BinaryIO) -> int:
    """How many audio streams can be decoded, at least 1; leaves the file at its start.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file.
    """
    with _open(file) as container:
        n = len(_audio_streams(container))
    file.seek(0)
    return n


def announced_seconds(file: BinaryIO, track: int = 0) -> float | None:
    """Seconds of an audio stream by the file's headers; leaves the file at its start.

    None where the headers do not say it, and FFmpeg would only guess from the size.
    """
    head = file.read(_HEAD)
    file.seek(0)
    with _open(file) as container:
        stream = _audio_streams(container)[track]
        guessed = container.format.name in _RAW and not any(m in head for m in _TOLD)
        length = stream.duration and float(stream.duration * stream.time_base)
        if not length and len(container.streams) == 1 and container.duration:
            length = container.duration / 1e6
    file.seek(0)
    return None if guessed else length or None


def describe(file: BinaryIO) -> dict[str, str]:
    """Format, codec, sample rate, channels and audio tracks, as a report shows them.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file.
    """
    with _open(file) as container:
        streams = _audio_streams(container)
        codec = streams[0].codec_context
        return {
            "Format": f"{container.format.long_name}, {codec.codec.long_name}",
            "Sample rate": f"{codec.sample_rate} Hz",
            "Channels": str(len(codec.layout.channels)),
            "Audio tracks": str(len(streams)),
        }


def _open(file: BinaryIO) -> InputContainer:
    import av

    try:
        return av.open(_UnnamedFile(file), options={"format_whitelist": _CONTAINERS})
    except (av.FFmpegError, ValueError):
        raise AudioError(
            "not a sound file, or one that was cut off (FLAC, WAV, MP3, Ogg, m4a, Opus,"
            " WebM, ... are accepted)"
        ) from None


def _audio_streams(container: InputContainer) -> list[AudioStream]:
    found = [s for s in container.streams.audio if s.codec_context and s.rate]
    if not found:
        raise AudioError("it has no audio stream that can be decoded")
    return found


def frames(file: BinaryIO, track: int = 0) -> Iterator[tuple[np.ndarray, int]]:
    """Decode an audio stream in small parts; the first one is number 0.

    Yields
    ------
    float32 of shape (n, channels), and the rate in Hz, both the same throughout; once
    with n = 0 if there is no sound.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file, or cannot decode it to its end.
    """
    import av  # loads FFmpeg's libraries; most clips do not need them

    with _open(file) as container:
        stream = _audio_streams(container)[track]
        # Only the sample format is converted, not rate and channels. Interleaved,
        # because PyAV reads beyond the planes of more than 8 channels.
        to_float = av.AudioResampler(format="flt")
        first, n_samples = None, 0
        try:
            for frame in chain(container.decode(stream), [None]):
                for part in to_float.resample(frame):
                    shape = part.sample_rate, len(part.layout.channels)
                    first = first or shape
                    if shape != first:
                        raise AudioError(
                            "its sample rate or number of channels changes"
                        )
                    n_samples += part.samples
                    yield part.to_ndarray()[0].reshape(-1, shape[1]), shape[0]
        except (av.FFmpegError, ValueError) as error:
            raise AudioError(f"damaged or truncated ({error})") from None
        if stream.codec_context.name == "flac" and stream.duration:
            declared = round(stream.duration * stream.time_base * stream.rate)
            limits.check_complete(n_samples, declared)
        if first is None:
            yield np.empty((0, 1), dtype=np.float32), stream.rate
