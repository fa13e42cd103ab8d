"""A sound file to samples, by whichever decoder understands it best.

miniaudio reads FLAC (also the ASVspoof FLACs that libsndfile refuses), WAV and MP3,
FFmpeg through PyAV the rest. What a file is, its first bytes say, not its name.
Integer samples are scaled by a power of two (16 bit: value / 32 768), so the float32
holds them exactly; nothing is dithered, clipped or normalised.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import miniaudio
import numpy as np

from antispoof.audio import ffmpeg, limits
from antispoof.audio.formats import FLAC, MP3, WAV, sniff
from antispoof.audio.resampling import resample
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError

# Below, speech is no longer speech; above, no microphone delivers. Bounds what a
# forged header can make the resampler allocate.
LOWEST_RATE = 4_000
HIGHEST_RATE = 768_000
# Bytes read to learn what a file is. A FLAC says it at its beginning, before or behind
# a picture; of WAV and MP3 miniaudio counts what is there, which takes all of it.
HEAD = 2**16
MOST_PROBED = 2**25

_READERS = {
    FLAC: miniaudio.flac_read_f32,
    WAV: miniaudio.wav_read_f32,
    MP3: miniaudio.mp3_read_f32,
}
_INFORMERS = {
    FLAC: miniaudio.flac_get_info,
    WAV: miniaudio.wav_get_info,
    MP3: miniaudio.mp3_get_info,
}


@dataclass(frozen=True, eq=False)
class Clip:
    """A decoded file as it is: its own rate and channels.

    Attributes
    ----------
    samples
        float32, shape (n, channels), full scale 1.0.
    sample_rate
        Hz.
    """

    samples: np.ndarray
    sample_rate: int

    @property
    def channels(self) -> int:
        """Number of channels."""
        return self.samples.shape[1]

    def mono(self) -> np.ndarray:
        """Mean over the channels, float32, shape (n,)."""
        if self.channels == 1:
            return self.samples[:, 0]
        return self.samples.mean(axis=1, dtype=np.float64).astype(np.float32)


@dataclass(frozen=True)
class AudioInfo:
    """What a file says about itself.

    Attributes
    ----------
    encoding
        ``flac``, ``wav``, ``mp3``, or FFmpeg's name of the codec.
    sample_rate
        Hz.
    channels
        Number of channels.
    samples
        Samples per channel; None where only decoding would tell.
    bits
        Bits of a stored sample, rounded down to whole bytes; None for lossy encodings
        and where FFmpeg told the rest.
    """

    encoding: str
    sample_rate: int
    channels: int
    samples: int | None
    bits: int | None


def load_mono_16k(path: str | Path) -> np.ndarray:
    """Decode a clip to mono at 16 kHz.

    Channels are averaged, then other rates are resampled to ``SAMPLE_RATE``.

    Parameters
    ----------
    path
        FLAC, WAV, MP3, Ogg Vorbis, or what FFmpeg reads (m4a, Opus, WebM, ...).

    Returns
    -------
    float32, shape (n,), n >= 1, finite, full scale 1.0.

    Raises
    ------
    AudioError
        If the file is missing, empty, no audio, truncated, without samples, too large
        for memory (:mod:`antispoof.audio.limits`), or has samples that are not
        finite; names the path and the reason.

    Examples
    --------
    >>> load_mono_16k("LA_T_1138215.flac").shape  # doctest: +SKIP
    (55329,)
    """
    clip = load(path)
    return resample(clip.mono(), clip.sample_rate, SAMPLE_RATE)


def load(path: str | Path) -> Clip:
    """Decode a clip with its own rate and channels; raises as :func:`decode`."""
    with opened(path) as file:
        return _read(file)


def info(path: str | Path) -> AudioInfo:
    """Rate, channels and length of a clip from its headers, without decoding it.

    No more than 32 MiB are read. A larger WAV or MP3 is taken at its word, by FFmpeg,
    and does not tell its bits.

    Raises
    ------
    AudioError
        If the file is missing, empty or no audio.
    """
    with opened(path) as file:
        return _probe(file)


@contextmanager
def opened(path: str | Path) -> Iterator[BinaryIO]:
    """The file at its start; every failure within gets the path and a reason."""
    try:
        if "\0" in str(path):
            raise AudioError("no file has a name with a NUL in it")
        with Path(path).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if not size:
                raise AudioError("the file is empty")
            limits.require_file_fits(size)
            file.seek(0)
            yield file
    except AudioError as error:
        raise AudioError(f"cannot decode {path}: {error}") from None
    except FileNotFoundError:
        raise AudioError(f"cannot decode {path}: no such file") from None
    except IsADirectoryError:
        raise AudioError(f"cannot decode {path}: a folder, not a file") from None
    except OSError as error:
        raise AudioError(f"cannot decode {path}: {error.strerror or error}") from None


def _read(file: BinaryIO) -> Clip:
    encoding = sniff(file)
    if encoding is None:
        samples, sample_rate = ffmpeg.read(file)
    else:
        try:
            samples, sample_rate = _read_native(file.read(), encoding)
        except miniaudio.MiniaudioError:
            # A WAV may hold codecs that miniaudio lacks (GSM, MP3, ...), and what does
            # not say how long it is must be counted while it is decoded.
            file.seek(0)
            samples, sample_rate = ffmpeg.read(file)
    _require_sound(samples, sample_rate)
    return Clip(samples=samples, sample_rate=sample_rate)


def _read_native(data: bytes, encoding: str) -> tuple[np.ndarray, int]:
    info = _info(data, encoding)
    if _must_be_counted(info, encoding, len(data)):
        raise miniaudio.MiniaudioError("its header does not say how long it is")
    limits.require_values_fit(info.num_frames, info.nchannels)
    reader = _READERS[encoding]
    if encoding == WAV and info.sample_width == 1:
        # As float, miniaudio centres unsigned bytes on 127.5; silence is 128.
        reader = miniaudio.wav_read_s16
    sound = reader(data)
    if sound.sample_format is miniaudio.SampleFormat.SIGNED16:
        flat = np.frombuffer(sound.samples, dtype=np.int16) / np.float32(32_768)
    else:
        flat = np.frombuffer(sound.samples, dtype=np.float32)
    samples = flat.reshape(-1, sound.nchannels)
    if encoding == FLAC and info.num_frames != len(samples):
        # Frames that fail their checksum and a missing end are skipped without a
        # word; what is left is another clip than the one that was recorded.
        raise AudioError(
            f"damaged or truncated, {len(samples)} of the {info.num_frames} samples "
            "announced in its header can be decoded"
        )
    return samples, sound.sample_rate


def _must_be_counted(
    info: miniaudio.SoundFileInfo, encoding: str, n_bytes: int
) -> bool:
    """Whether only decoding tells the length: what was recorded into a pipe.

    Its FLAC header announces nothing, its WAV header more than the file can hold (the
    densest codec of a WAV packs two samples into a byte).
    """
    if encoding == FLAC:
        return not info.num_frames
    return encoding == WAV and info.num_frames * info.nchannels > 2 * n_bytes


def _info(data: bytes, encoding: str) -> miniaudio.SoundFileInfo:
    try:
        return _INFORMERS[encoding](data)
    except ZeroDivisionError:  # miniaudio divides by the rate to tell the duration
        raise AudioError("its header gives a sample rate of 0 Hz") from None


def _require_sound(samples: np.ndarray, sample_rate: int) -> None:
    require_rate(sample_rate)
    if samples.size == 0:
        raise AudioError("it holds no samples")
    require_finite(samples)


def require_rate(sample_rate: int) -> None:
    """Raise AudioError unless speech can have this rate, in Hz."""
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise AudioError(
            f"its sample rate is {sample_rate} Hz; accepted are {LOWEST_RATE} to "
            f"{HIGHEST_RATE} Hz"
        )


def require_finite(samples: np.ndarray) -> None:
    """Raise AudioError if there is a NaN or an infinity among n >= 1 samples."""
    # Minimum and maximum carry NaN and infinities through, and need no copy.
    if not np.isfinite([samples.min(), samples.max()]).all():
        raise AudioError("it holds samples that are not finite (NaN or infinite)")


def _probe(file: BinaryIO) -> AudioInfo:
    encoding = sniff(file)
    n_bytes = file.seek(0, os.SEEK_END)
    sizes = (HEAD, MOST_PROBED) if encoding == FLAC else (MOST_PROBED,)
    if encoding is not None and (encoding == FLAC or n_bytes <= MOST_PROBED):
        for size in sizes:
            file.seek(0)
            with suppress(miniaudio.MiniaudioError):
                return _probe_native(file.read(size), encoding)
    file.seek(0)
    codec, sample_rate, channels, samples = ffmpeg.probe(file)
    if encoding == WAV and samples is not None and samples * channels > 2 * n_bytes:
        samples = None  # recorded into a pipe: its header announces anything
    return AudioInfo(
        encoding=encoding or codec,
        sample_rate=sample_rate,
        channels=channels,
        samples=samples,
        bits=None,
    )


def _probe_native(data: bytes, encoding: str) -> AudioInfo:
    info = _info(data, encoding)
    lossless = encoding in (FLAC, WAV)
    return AudioInfo(
        encoding=encoding,
        sample_rate=info.sample_rate,
        channels=info.nchannels,
        samples=info.num_frames or None,
        bits=info.sample_width * 8 or None if lossless else None,
    )
