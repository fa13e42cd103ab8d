"""Long clips piece by piece, so that hours of sound take the memory of a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from antispoof.audio import ffmpeg, limits
from antispoof.audio.decoding import (
    info,
    load_mono_16k,
    opened,
    require_finite,
    require_rate,
)
from antispoof.audio.resampling import reach, resample, steps
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError

WHOLE = 2**24  # samples times channels: what is smaller is decoded at once
BLOCK_SECONDS = 60


def iter_blocks(
    path: str | Path, *, whole: int = WHOLE, seconds: float = BLOCK_SECONDS
) -> Iterator[np.ndarray]:
    """Decode a clip to mono at 16 kHz, piece by piece.

    A short clip is one piece, what :func:`~antispoof.audio.load_mono_16k` gives. A long one,
    or one that does not say how long it is, is decoded by FFmpeg and resampled piece
    by piece, each with what lies before and after it, so that no seam is heard.

    Parameters
    ----------
    path
        As for :func:`~antispoof.audio.load_mono_16k`.
    whole
        Samples times channels up to which a clip is short.
    seconds
        Length of a piece.

    Yields
    ------
    float32, shape (n,), n >= 1, finite, full scale 1.0.

    Raises
    ------
    AudioError
        As :func:`~antispoof.audio.load_mono_16k`, but clips up to a day long are accepted. It
        may come after some pieces, where a long file is damaged further on.
    """
    found = info(path)
    if found.samples is not None and found.samples * found.channels <= whole:
        yield load_mono_16k(path)
        return
    with opened(path) as file:
        if found.samples is not None:
            limits.require_duration_fits(found.samples, found.sample_rate)
        heard = False
        announced = found.samples if found.encoding == "flac" else None
        for block in _resampled(file, seconds, announced):
            heard = True
            yield block
        if not heard:
            raise AudioError("it holds no samples")


def _resampled(
    file: BinaryIO, seconds: float, announced: int | None
) -> Iterator[np.ndarray]:
    """Blocks at 16 kHz: every block is resampled with its neighbours' edges."""
    up = down = margin = length = 0
    left = np.empty(0, np.float32)  # what lies before the waiting samples
    waiting: list[np.ndarray] = []
    n_waiting = n_samples = 0
    for part, sample_rate in ffmpeg.frames(file):
        if not length:
            require_rate(sample_rate)
            up, down = steps(sample_rate, SAMPLE_RATE)
            # Multiples of `down`, so that old and new samples meet at every seam.
            margin = down * -(-reach(sample_rate, SAMPLE_RATE) // down)
            length = down * max(1, round(seconds * sample_rate / down))
        if not part.size:
            continue
        n_samples += len(part)
        limits.require_duration_fits(n_samples, sample_rate)
        require_finite(part)
        waiting.append(part.mean(axis=1, dtype=np.float64).astype(np.float32))
        n_waiting += len(part)
        while n_waiting >= length + margin:
            samples = np.concatenate(waiting)
            yield _inner(left, samples[: length + margin], length, up, down)
            left = np.concatenate([left, samples[:length]])[-margin:]
            waiting = [samples[length:]]
            n_waiting -= length
    if announced not in (None, n_samples):
        # Frames that fail their checksum are skipped without a word.
        raise AudioError(
            f"damaged or truncated, {n_samples} of the {announced} samples announced"
            " in its header can be decoded"
        )
    if n_waiting:
        samples = np.concatenate(waiting)
        yield _inner(left, samples, len(samples), up, down)


def _inner(
    left: np.ndarray, samples: np.ndarray, length: int, up: int, down: int
) -> np.ndarray:
    """The first `length` of `samples`, resampled, where `left` went before them."""
    resampled = resample(np.concatenate([left, samples]), down, up)
    first = len(left) * up // down
    return resampled[first : first + -(-length * up // down)]
