"""Decode with FFmpeg, through PyAV: what miniaudio does not read, and long clips."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from antispoof.audio import limits
from antispoof.audio.containers import Part
from antispoof.errors import AudioError

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream
    from av.container import InputContainer

# Containers of sound and film only: FFmpeg also plays lists that name other files and
# addresses, which it must not open for a clip from a stranger.
_CONTAINERS = (
    "aac,ac3,aiff,amr,asf,au,avi,eac3,flac,flv,matroska,webm,mov,mp3,mp4,m4a,"
    "mpeg,mpegts,ogg,oma,tta,voc,w64,wav,wv,"
    "caf"  # codespell:ignore caf
)


_RAW = ("mp3", "aac", "ac3", "eac3", "amr")  # frames without a table of contents
_COUNTED = (b"Xing", b"Info", b"VBRI")  # a first frame of MP3 that says how many follow
_HEAD = 2**16  # bytes in which it is looked for: it may follow a tag


def read(file: Part) -> tuple[np.ndarray, int]:
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


def count_tracks(file: Part) -> int:
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


def announced_seconds(file: Part, track: int = 0) -> float | None:
    """Seconds of an audio stream by the file's headers; leaves the file at its start.

    None where the headers do not say it, and FFmpeg would only guess from the size.
    """
    head = file.read(_HEAD)
    file.seek(0)
    with _open(file) as container:
        stream = _audio_streams(container)[track]
        guessed = container.format.name in _RAW and not any(m in head for m in _COUNTED)
        length = stream.duration and float(stream.duration * stream.time_base)
        if not length and len(container.streams) == 1 and container.duration:
            length = container.duration / 1e6
    file.seek(0)
    return None if guessed else length or None


def describe(file: Part) -> dict[str, str]:
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


def _open(file: Part) -> InputContainer:
    import av

    try:
        return av.open(file, options={"format_whitelist": _CONTAINERS})
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


def frames(
    file: Part, track: int = 0, *, damaged: list[float] | None = None
) -> Iterator[tuple[np.ndarray, int]]:
    """Decode an audio stream in small parts; the first one is number 0.

    Parameters
    ----------
    damaged
        Gets the seconds of each packet that cannot be decoded, which is left out. With
        None, such a packet raises.

    Yields
    ------
    float32 of shape (n, channels), and the rate in Hz, both the same throughout; once
    with n = 0 if there is no sound.

    Raises
    ------
    AudioError
        If FFmpeg finds no audio in the file, if the rate or the channels change, or if
        a packet or the end is missing.
    """
    import av  # loads FFmpeg's libraries; most clips do not need them

    with _open(file) as container:
        stream = _audio_streams(container)[track]
        # Only the sample format is converted, not rate and channels. Interleaved,
        # because PyAV reads beyond the planes of more than 8 channels.
        to_float = av.AudioResampler(format="flt")
        first, n_samples = None, 0
        for frame in chain(_decode(container, stream, damaged), [None]):
            try:
                converted = to_float.resample(frame)
            except (av.FFmpegError, ValueError) as error:
                raise AudioError(f"damaged or truncated ({error})") from None
            for part in converted:
                shape = part.sample_rate, len(part.layout.channels)
                first = first or shape
                if shape != first:
                    raise AudioError("its sample rate or number of channels changes")
                n_samples += part.samples
                yield part.to_ndarray()[0].reshape(-1, shape[1]), shape[0]
        if damaged is None and stream.codec_context.name == "flac" and stream.duration:
            declared = round(stream.duration * stream.time_base * stream.rate)
            limits.check_complete(n_samples, declared)
        if first is None:
            yield np.empty((0, 1), dtype=np.float32), stream.rate


def _decode(
    container: InputContainer, stream: AudioStream, damaged: list[float] | None
) -> Iterator[AudioFrame]:
    import av

    packets, packet = container.demux(stream), None
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            decoded = packet.decode()
        except (av.FFmpegError, ValueError) as error:
            if damaged is None:
                raise AudioError(f"damaged or truncated ({error})") from None
            seconds = packet and packet.duration and packet.duration * packet.time_base
            damaged.append(float(seconds or 0))
            continue
        yield from decoded
