"""Decode long clips in blocks, so that hours of sound need the memory of a minute."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from antispoof.audio import ffmpeg, limits
from antispoof.audio.containers import Completeness, ends_early, find_sound, split
from antispoof.audio.decoding import Clip, load_native, open_audio
from antispoof.audio.resampling import Resampler
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import AudioError

STREAM_ABOVE = 2**24  # samples times channels; smaller clips are decoded at once
BLOCK_SECONDS = 60


def iter_blocks(
    path: str | Path,
    *,
    track: int = 0,
    channel: int | None = None,
    completeness: Completeness | None = None,
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
    channel
        Number of the channel, from 0; None for the mean over all.
    completeness
        Filled in. With it, what is damaged, cut off or joined is decoded as far as it
        can be; without it, it raises.
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
    strict, found = completeness is None, completeness or Completeness()
    error = None

    with open_audio(path) as file:
        parts = split(file)
        if strict:
            limits.check_one_file(len(parts))
        for part in parts:
            n_samples, announced, damaged = 0, 0.0, None if strict else []
            try:
                clip = None
                if not track:
                    limit = max_in_memory
                    clip = load_native(part, max_in_memory=limit, strict=strict)
                if clip is not None:
                    announced = clip.declared / clip.sample_rate
                    frames = iter([(clip.samples, clip.sample_rate)])
                else:
                    announced = ffmpeg.announced_seconds(part, track) or 0.0
                    frames = ffmpeg.frames(part, track, damaged=damaged)
                for block in _mono_blocks(frames, channel, found, block_seconds):
                    n_samples += len(block)
                    yield block
            except AudioError as raised:
                if strict or len(parts) == 1:
                    raise
                error, found.cut = raised, True
            found.files += n_samples > 0
            found.cut |= ends_early(part)
            seconds = n_samples / SAMPLE_RATE
            sound = find_sound(part)
            share = 1.0
            if sound:  # FFmpeg reads what is declared, load_native what is held
                read = sound.held if clip else min(sound[1:])
                share = max(sound[1:]) / max(read, 1)
            held = seconds * share + (sum(damaged or ()) if announced < seconds else 0)
            found.announced += max(announced, held)
        if error is not None and not found.files:
            raise error


def _mono_blocks(
    frames: Iterator[tuple[np.ndarray, int]],
    channel: int | None,
    found: Completeness,
    block_seconds: float,
) -> Iterator[np.ndarray]:
    parts: list[np.ndarray] = []
    n_samples = n_pending = 0
    for samples, sample_rate in frames:
        if not samples.size:
            continue
        limits.check_sound(samples, sample_rate)
        if not n_samples:
            resampler = Resampler(sample_rate, SAMPLE_RATE)
            found.channels = max(found.channels, samples.shape[1])
        n_samples += len(samples)
        limits.check_duration(n_samples, sample_rate)
        mono = Clip(samples, sample_rate).mono(channel)
        found.mixed += float(np.square(mono, dtype=np.float64).sum())
        found.loudest += float(np.square(samples, dtype=np.float64).sum(0).max())
        parts.append(mono)
        n_pending += len(samples)
        if n_pending >= block_seconds * sample_rate:
            block = resampler(np.concatenate(parts))
            if len(block):
                yield block
            parts, n_pending = [], 0
    if not n_samples:
        raise AudioError("it contains no samples")
    block = resampler(np.concatenate([np.empty(0, np.float32), *parts]), last=True)
    if len(block):
        yield block
