"""Decode a sound file into samples.

miniaudio decodes FLAC (also the ASVspoof FLACs that libsndfile refuses) and WAV, and
FFmpeg through PyAV everything else: miniaudio stops at a wrong frame count of an MP3,
and a damaged Ogg header crashes it. The first bytes decide what a file is, not its
name. Integer samples are scaled by a power of two (16 bit: value / 32 768), so that
float32 is exact; nothing is dithered, clipped or normalised.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import miniaudio
import numpy as np

from antispoof.audio import containers, ffmpeg, limits
from antispoof.audio.containers import Part
from antispoof.audio.resampling import resample
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError

_READERS = {
    "flac": (miniaudio.flac_get_info, miniaudio.flac_read_f32),
    "wav": (miniaudio.wav_get_info, miniaudio.wav_read_f32),
}


@dataclass(frozen=True, eq=False)
class Clip:
    """A decoded file with its own rate and channels.

    Attributes
    ----------
    samples
        float32, shape (n, channels), full scale 1.0.
    sample_rate
        Hz.
    declared
        Samples of a channel by the header of a FLAC, else 0.
    """

    samples: np.ndarray
    sample_rate: int
    declared: int = 0

    def mono(self, channel: int | None = None) -> np.ndarray:
        """The mean over the channels, or one of them from 0 on; (n,) float32."""
        if channel is None and self.samples.shape[1] > 1:
            return self.samples.mean(axis=1, dtype=np.float64).astype(np.float32)
        channel = channel or 0
        if channel >= self.samples.shape[1]:
            raise AudioError(f"it has {self.samples.shape[1]} channel(s)")
        return self.samples[:, channel]


def load_mono_16k(path: str | Path) -> np.ndarray:
    """Decode a clip to mono at 16 kHz.

    The mean over the channels; other rates are resampled to ``SAMPLE_RATE``.

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
        If the file is missing, empty, not audio, truncated, without samples, too large
        for memory (:mod:`antispoof.audio.limits`), if several files are joined in it,
        or if it has samples that are not finite; names the path and the reason.

    Examples
    --------
    >>> load_mono_16k("LA_T_1138215.flac").shape  # doctest: +SKIP
    (55329,)
    """
    clip = load(path)
    return resample(clip.mono(), clip.sample_rate, SAMPLE_RATE)


def load(path: str | Path) -> Clip:
    """Decode a clip with its own rate and channels; raises as :func:`load_mono_16k`."""
    with open_audio(path) as file:
        return decode(file)


def count_tracks(path: str | Path) -> int:
    """How many audio tracks a file has; raises as :func:`load_mono_16k`.

    Films and screen recordings may have several, each a clip of its own.
    """
    with open_audio(path) as file:
        part = containers.split(file)[0]
        return 1 if _detect_encoding(part) else ffmpeg.count_tracks(part)


def decode(file: BinaryIO) -> Clip:
    """Decode an open file, or bytes in memory; raises AudioError without a path."""
    part, *others = containers.split(file)
    limits.check_one_file(1 + len(others))
    clip = load_native(part) or Clip(*ffmpeg.read(part))
    limits.check_sound(clip.samples, clip.sample_rate)
    return clip


@contextmanager
def open_audio(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file; every error within the block gets the path and a reason."""
    try:
        if "\0" in str(path):
            raise AudioError("a file name cannot contain NUL")
        with Path(path).open("rb") as file:
            limits.check_file_size(os.fstat(file.fileno()).st_size)
            yield file
    except FileNotFoundError:
        # A path has one slash where an address has two.
        is_address = re.match(r"[a-z][a-z0-9]+:/", str(path), re.IGNORECASE)
        hint = "; download it first: addresses are not fetched" if is_address else ""
        raise AudioError(f"cannot decode {path}: no such file{hint}") from None
    except (AudioError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AudioError(f"cannot decode {path}: {reason}") from None


def load_native(
    file: Part, *, max_in_memory: int | None = None, strict: bool = True
) -> Clip | None:
    """Decode a FLAC or WAV with miniaudio; None if FFmpeg has to do it.

    Leaves the file at its start if the result is None.

    Parameters
    ----------
    max_in_memory
        Samples times channels above which the result is None. With None a clip that
        is too large for memory raises.
    strict
        Whether a FLAC raises that has more or fewer samples than its header declares.

    Raises
    ------
    AudioError
        If the file is damaged, truncated, too large, or without samples.
    """
    encoding = _detect_encoding(file)
    if encoding is None:
        return None
    get_info, reader = _READERS[encoding]
    sound = containers.find_sound(file)
    data = file.read()
    file.seek(0)
    if sound and sound.held > sound.declared:  # the reader believes the header
        size = sound.held.to_bytes(4, "little")
        data = data[: sound.start - 4] + size + data[sound.start :]
    try:
        header = get_info(data)
        n_values = header.num_frames * header.nchannels
        # Recorded into a pipe: the FLAC header declares nothing, the WAV header more
        # than the file can hold (the densest codec packs two samples into a byte).
        if not n_values if encoding == "flac" else n_values > 2 * len(data):
            return None
        if max_in_memory is not None and n_values > max_in_memory:
            return None
        limits.check_decoded_size(header.num_frames, header.nchannels)
        if encoding == "wav" and header.sample_width == 1:
            # As float, miniaudio centres unsigned bytes on 127.5; silence is 128.
            decoded = miniaudio.wav_read_s16(data)
            flat = np.frombuffer(decoded.samples, np.int16) / np.float32(32_768)
        else:
            decoded = reader(data)
            flat = np.frombuffer(decoded.samples, np.float32)
    except ZeroDivisionError:  # miniaudio divides by the rate for the duration
        raise AudioError("its header declares a sample rate of 0 Hz") from None
    except miniaudio.MiniaudioError:  # such as a WAV with GSM, or not sound at all
        return None
    samples = flat.reshape(-1, decoded.nchannels)
    if encoding == "wav":
        return Clip(samples, decoded.sample_rate)
    if strict:
        limits.check_complete(len(samples), header.num_frames)
    return Clip(samples, decoded.sample_rate, header.num_frames)


def _detect_encoding(file: Part) -> str | None:
    """``flac``, ``wav`` or None, from the first bytes; leaves the file at its start."""
    file.seek(containers.tag_end(file.read(10)))
    head = file.read(12)
    file.seek(0)
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    return None
