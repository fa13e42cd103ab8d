"""Lossy codecs and file formats, through FFmpeg."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from antispoof.audio import load_mono_16k, resample
from antispoof.augment.registry import Choice, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

# Encoding -> FFmpeg's names of codec and container.
ENCODINGS = {
    "mp3": ("libmp3lame", "mp3"),
    "aac": ("aac", "ipod"),
    "opus": ("libopus", "ogg"),
    "wav": ("pcm_s16le", "wav"),
    "flac": ("flac", "flac"),
    "alaw": ("pcm_alaw", "wav"),
}
LOSSY = ["mp3", "aac", "opus"]
BIT_RATES = [24_000, 32_000, 48_000, 64_000, 96_000]  # bit/s


@register_augmentation("codec", title="lossy codec")
def codec(
    waveform: np.ndarray,
    rng: np.random.Generator,
    *,
    encoding: Choice = LOSSY,
    bit_rate: Choice = BIT_RATES,
    sample_rate: Choice = SAMPLE_RATE,
) -> np.ndarray:
    """Save as a compressed file and decode it; some samples longer than before.

    Parameters
    ----------
    encoding : of ENCODINGS.
    bit_rate : bit/s of a lossy encoding; None is FFmpeg's default.
    sample_rate : Hz that the file has.
    """
    encoding, bit_rate = draw(rng, encoding), draw(rng, bit_rate)
    sample_rate = draw(rng, sample_rate)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip")
        resampled = resample(waveform, SAMPLE_RATE, sample_rate)
        encode(path, resampled, encoding, sample_rate, bit_rate=bit_rate)
        return load_mono_16k(path)


def encode(
    path: Path,
    waveform: np.ndarray,
    encoding: str,
    sample_rate: int,
    *,
    bit_rate: int | None = None,
) -> None:
    """Write a sound file.

    Parameters
    ----------
    waveform : (n,) float at `sample_rate`; clipped to full scale.
    encoding : of ENCODINGS.
    bit_rate : bit/s, which only a lossy encoding reads; None is FFmpeg's default.
    """
    import av

    name, container = ENCODINGS[encoding]
    values = (np.clip(waveform, -1, 1) * 32_767).round().astype(np.int16)
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(name, rate=sample_rate, layout="mono")
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(values[None], format="s16", layout="mono")
        frame.rate = sample_rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
