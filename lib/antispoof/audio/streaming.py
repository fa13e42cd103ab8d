"""Decode long clips in blocks, so that hours of sound need the memory of a minute."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from antispoof.audio import ffmpeg, limits
from antispoof.audio.decoding import load_native, mix_down, open_audio
from antispoof.audio.resampling import filter_half_width, resample, up_down
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError

STREAM_ABOVE = 2**24  # samples times channels; smaller clips are decoded at once
BLOCK_SECONDS = 60


def iter_blocks(
    path: str | Path,
    *,
    track: int = 0,
    on_announced: Callable[[float], None] = lambda seconds: None,
    max_in_memory: int = STREAM_ABOVE,
    block_seconds: float = BLOCK_SECONDS,
) -> Iterator[np.ndarray]:
    """Decode a clip to mono at 16 kHz, block by block.

    A short FLAC or WAV is one block. Everything else is decoded by FFmpeg, and each
    block is resampled together with the samples around it, so that the blocks joined
    are the resampled clip.

    Parameters
    ----------
    path
        As in :func:`~antispoof.audio.load_mono_16k`.
    track
        Number of the audio track, from 0.
    on_announced
        Called with the seconds of sound that the headers announce, if they do.
    max_in_memory
        Samples times channels up to which a clip is one block.
    block_seconds
        Length of a block.

    Yields
    ------
    float32, shape (n,), n >= 1, finite, full scale 1.0.

    Raises
    ------
    AudioError
        As :func:`~antispoof.audio.load_mono_16k`, but clips up to a day long are
        accepted. It may be raised after some blocks, where a file is damaged.
    """
    with open_audio(path) as file:
        clip = None if track else load_native(file, max_in_memory=max_in_memory)
        if clip is not None:
            limits.check_sound(clip.samples, clip.sample_rate)
            on_announced(clip.announced / clip.sample_rate)
            yield resample(clip.mono(), clip.sample_rate, SAMPLE_RATE)
            return
        on_announced(ffmpeg.announced_seconds(file, track) or 0.0)
        yield from _resampled_blocks(file, block_seconds, track)


def _resampled_blocks(
    file: BinaryIO, block_seconds: float, track: int
) -> Iterator[np.ndarray]:
    n_samples = n_before = n_pending = 0
    parts: list[np.ndarray] = []  # samples before the pending ones, then the pending
    for part, sample_rate in ffmpeg.frames(file, track):
        if not part.size:
            continue
        limits.check_sound(part, sample_rate)
        if not n_samples:
            up, down = up_down(sample_rate, SAMPLE_RATE)
            # Multiples of `down`, so that old and new samples coincide where blocks
            # meet.
            margin = down * -(-filter_half_width(sample_rate, SAMPLE_RATE) // down)
            length = down * max(1, round(block_seconds * sample_rate / down))
        n_samples += len(part)
        limits.check_duration(n_samples, sample_rate)
        parts.append(mix_down(part))
        n_pending += len(part)
        while n_pending >= length + margin:
            samples = np.concatenate(parts)
            end = n_before + length
            resampled = resample(samples[: end + margin], down, up)
            yield resampled[n_before * up // down : end * up // down]
            n_before = min(end, margin)
            parts = [samples[end - n_before :]]
            n_pending -= length
    if not n_samples:
        raise AudioError("it contains no samples")
    if n_pending:
        yield resample(np.concatenate(parts), down, up)[n_before * up // down :]
