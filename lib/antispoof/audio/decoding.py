"""Decode a sound file into samples.

FFmpeg decodes, through PyAV, also the ASVspoof FLACs that libsndfile refuses. The first
bytes decide what a file is, not its name. Integer samples are scaled by a power of two
(16 bit: value / 32 768), so that float32 is exact; nothing is dithered, clipped or
normalised.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from antispoof.audio import ffmpeg, limits
from antispoof.audio.resampling import resample
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError

CANCELLED = 0.01  # power of the mean, of that of the loudest channel: 20 dB less


def mix_down(samples: np.ndarray) -> np.ndarray:
    """The mean over the channels; the loudest one where the mean cancels the sound.

    Parameters
    ----------
    samples : (n, channels) float.

    Returns
    -------
    float32, shape (n,).
    """
    mean = samples.mean(axis=1, dtype=np.float64)
    if samples.shape[1] > 1:
        power = np.square(samples, dtype=np.float64).mean(axis=0)
        if np.square(mean).mean() < CANCELLED * power.max():
            mean = samples[:, power.argmax()]
    return mean.astype(np.float32)


def load_mono_16k(path: str | Path) -> np.ndarray:
    """Decode a clip to mono at 16 kHz.

    Channels are mixed (:func:`mix_down`), then other rates resampled to
    ``SAMPLE_RATE``.

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
        for memory (:mod:`antispoof.audio.limits`), or has samples that are not
        finite; names the path and the reason.

    Examples
    --------
    >>> load_mono_16k("LA_T_1138215.flac").shape  # doctest: +SKIP
    (55329,)
    """
    samples, rate = load(path)
    return resample(mix_down(samples), rate, SAMPLE_RATE)


def load(path: str | Path) -> tuple[np.ndarray, int]:
    """Decode a clip with its own rate and channels; raises as :func:`load_mono_16k`.

    Returns
    -------
    float32, shape (n, channels), full scale 1.0; and the rate in Hz.
    """
    with open_audio(path) as file:
        return decode(file)


def count_tracks(path: str | Path) -> int:
    """How many audio tracks a file has; raises as :func:`load_mono_16k`.

    Films and screen recordings may have several, each a clip of its own.
    """
    with open_audio(path) as file:
        return ffmpeg.count_tracks(file)


def decode(file: BinaryIO) -> tuple[np.ndarray, int]:
    """:func:`load` an open file, or bytes in memory; raises without a path."""
    parts, n_values = [], 0
    for part, rate in ffmpeg.frames(file):  # noqa: B007
        n_values += part.size
        if n_values > limits.MAX_VALUES:
            raise AudioError(
                f"{n_values} samples of all channels take more than the"
                f" {limits.MAX_VALUES * 4 // 2**20} MiB that are accepted"
            )
        parts.append(part)
    return np.concatenate(parts), rate


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
        is_address = re.match(r"(https?|ftp):/", str(path))
        hint = "; download it first: addresses are not fetched" if is_address else ""
        raise AudioError(f"cannot decode {path}: no such file{hint}") from None
    except (AudioError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AudioError(f"cannot decode {path}: {reason}") from None
