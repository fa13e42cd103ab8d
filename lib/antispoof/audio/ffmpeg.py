"""Decode with FFmpeg, through PyAV."""

from __future__ import annotations

import struct
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
_UNKNOWN_SIZE = 0x7FFF_0000  # bytes; recorders that cannot seek write such sizes


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


def count_tracks(file: BinaryIO) -> int:
    """How many audio streams can be decoded, at least 1.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file.
    """
    with _open(file) as container:
        return len(_audio_streams(container))


def announced_seconds(file: BinaryIO, track: int = 0) -> float:
    """Seconds of an audio stream by the file's headers.

    0 where the headers do not say it, and FFmpeg would only guess from the size.
    """
    file.seek(0)
    head = file.read(_HEAD)
    with _open(file) as container:
        stream = _audio_streams(container)[track]
        guessed = container.format.name in _RAW and not any(m in head for m in _TOLD)
        length = stream.duration and float(stream.duration * stream.time_base)
        if not length and len(container.streams) == 1 and container.duration:
            length = container.duration / 1e6
        rate = stream.codec_context.bit_rate
        if container.format.name == "wav" and rate:  # FFmpeg looks at the file's size
            length = 8 * _wav_bytes(head) / rate or length
    return 0.0 if guessed else length or 0.0


def _wav_bytes(head: bytes) -> int:
    """Bytes of sound that the header of a WAV announces; 0 if it does not say."""
    at = 12
    while at + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, at)
        if name == b"data":
            return size if size < _UNKNOWN_SIZE else 0
        at += 8 + size + size % 2
    return 0


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

    file.seek(0)
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
    float32 of shape (n, channels), n >= 1, and the rate in Hz; both channels and rate
    are the same throughout.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file or no samples in it, or cannot decode it
        to its end.
    """
    import av

    with _open(file) as container:
        stream = _audio_streams(container)[track]
        if stream.codec_context.name == "flac":  # it has checksums; see that they hold
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
        # Only the sample format is converted, not rate and channels. Interleaved,
        # because PyAV reads beyond the planes of more than 8 channels.
        to_float = av.AudioResampler(format="flt")
        first, n_samples = None, 0
        try:
            for frame in chain(container.decode(stream), [None]):
                # The usual format needs no resampler, which takes longer than decoding.
                plain = frame is not None and frame.format.name == "s16"
                for part in [frame] if plain else to_float.resample(frame):
                    shape = part.sample_rate, len(part.layout.channels)
                    if first not in (None, shape):
                        raise AudioError("its sample rate or its channels change")
                    samples = part.to_ndarray()[0].reshape(-1, shape[1])
                    samples = samples / np.float32(32_768) if plain else samples
                    if first is None or not plain:  # integers are finite
                        limits.check_sound(samples, shape[0])
                    first, n_samples = shape, n_samples + part.samples
                    yield samples, shape[0]
        except (av.FFmpegError, ValueError) as error:
            raise AudioError(f"damaged or truncated ({error})") from None
        if stream.codec_context.name == "flac" and stream.duration:
            # Decoders silently skip a missing end, and where several files are joined,
            # the frame at the joint.
            declared = round(stream.duration * stream.time_base * stream.rate)
            if n_samples != declared:
                short = n_samples < declared
                raise AudioError(
                    f"{'damaged or truncated' if short else 'several files joined'}:"
                    f" {n_samples} samples can be decoded, its header has {declared}"
                )
        if first is None:
            raise AudioError("it contains no samples")
