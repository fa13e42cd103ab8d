"""What miniaudio does not read (m4a, Ogg, WebM, ...), by FFmpeg through PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

import numpy as np

from antispoof.audio import limits
from antispoof.errors import AudioError

# Containers of sound and film only: FFmpeg also "plays" lists that name other files
# and addresses, which a clip from a stranger must not make it fetch.
_CONTAINERS = (
    "aac,ac3,aiff,amr,asf,au,avi,eac3,flac,flv,matroska,webm,mov,mp3,mp4,m4a,"
    "mpeg,mpegts,ogg,oma,tta,voc,w64,wav,wv,"
    "caf"  # codespell:ignore caf
)
_NOT_AUDIO = "not a sound file (FLAC, WAV, MP3, Ogg, m4a, Opus, WebM, ... are accepted)"


class _Nameless:
    """An open file without its name, from which FFmpeg would guess what is inside."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek, and answer -1 where a damaged file points outside itself."""
        try:
            return self._file.seek(offset, whence)
        except OSError:
            return -1  # FFmpeg's word for failure; PyAV would print the exception


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
        limits.require_values_fit(n_samples, part.shape[1])
        parts.append(part)
        sample_rate = rate
    return np.concatenate(parts), sample_rate


def frames(file: BinaryIO) -> Iterator[tuple[np.ndarray, int]]:
    """Decode the first audio stream bit by bit.

    Yields
    ------
    float32 of shape (n, channels), and the rate in Hz, both the same throughout; once
    with n = 0 if there is no sound.

    Raises
    ------
    AudioError
        As :func:`read`, but for the size.
    """
    import av  # loads FFmpeg's libraries; most clips do not need them

    with _open(file) as container:
        stream = _audio_stream(container)
        # Only the sample format is converted: rate and channels stay the file's own.
        # Interleaved, because PyAV reads beyond the planes of more than 8 channels.
        to_float = av.AudioResampler(format="flt")
        first = None
        try:
            for frame in chain(container.decode(stream), [None]):
                for part in to_float.resample(frame):
                    form = part.sample_rate, len(part.layout.channels)
                    first = first or form
                    if form != first:
                        raise AudioError(
                            "its sample rate or its channels change on the way"
                        )
                    yield part.to_ndarray()[0].reshape(-1, form[1]), form[0]
        except (av.FFmpegError, ValueError) as error:
            raise AudioError(f"damaged or truncated ({error})") from None
        if first is None:
            yield np.empty((0, 1), dtype=np.float32), stream.rate


def probe(file: BinaryIO) -> tuple[str, int, int, int | None]:
    """Codec, rate (Hz), channels and samples per channel (None if not announced)."""
    with _open(file) as container:
        stream = _audio_stream(container)
        samples = None
        if stream.duration is not None:
            samples = round(stream.duration * stream.time_base * stream.rate)
        return stream.codec_context.name, stream.rate, stream.channels, samples


def _open(file: BinaryIO):
    import av

    try:
        return av.open(_Nameless(file), options={"format_whitelist": _CONTAINERS})
    except (av.FFmpegError, ValueError):
        raise AudioError(_NOT_AUDIO) from None


def _audio_stream(container):
    for stream in container.streams.audio:
        if stream.codec_context is not None and stream.rate:
            return stream
    raise AudioError("it has no audio stream that can be decoded")
