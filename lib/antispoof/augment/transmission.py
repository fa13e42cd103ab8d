"""What happens to a clip on its way: codecs, file formats, a telephone line, rates."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from antispoof.audio import load_mono_16k, resample
from antispoof.augment.registry import Choice, Range, draw, register_augmentation
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
RATES = [8_000, 11_025, 12_000, 22_050, 44_100]  # Hz


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

    Values outside -1 to 1 are clipped.

    Parameters
    ----------
    encoding : of ENCODINGS.
    bit_rate : bit/s of a lossy encoding; None is FFmpeg's default.
    sample_rate : Hz that the file has.
    """
    import av

    name, container = ENCODINGS[draw(rng, encoding)]
    bit_rate, sample_rate = draw(rng, bit_rate), draw(rng, sample_rate)
    values = np.clip(resample(waveform, SAMPLE_RATE, sample_rate), -1, 1) * 32_767
    values = values.round().astype(np.int16)[None]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip")
        with av.open(str(path), "w", format=container) as out:
            stream = out.add_stream(name, rate=sample_rate, layout="mono")
            if bit_rate is not None:
                stream.bit_rate = bit_rate
            frame = av.AudioFrame.from_ndarray(values, format="s16", layout="mono")
            frame.rate = sample_rate
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                out.mux(packet)
        return load_mono_16k(path)


@register_augmentation("telephone", title="telephone line")
def telephone(
    waveform: np.ndarray,
    rng: np.random.Generator,
    *,
    low: Range = (200.0, 400.0),
    high: Range = (3_200.0, 3_600.0),
) -> np.ndarray:
    """Pass a band at 8 kHz and code it in A-law (ITU-T G.711); back to 16 kHz.

    Parameters
    ----------
    low, high : Hz, ends of the band; 300 to 3400 in ITU-T G.712.
    """
    from scipy.signal import butter, sosfiltfilt

    band = draw(rng, low), draw(rng, high)
    sections = butter(4, band, "bandpass", fs=SAMPLE_RATE, output="sos")
    narrow = sosfiltfilt(sections, waveform).astype(np.float32)
    return codec(narrow, rng, encoding="alaw", bit_rate=None, sample_rate=8_000)


@register_augmentation("resampled", title="resampled")
def resampled(
    waveform: np.ndarray, rng: np.random.Generator, *, sample_rate: Choice = RATES
) -> np.ndarray:
    """Resample to another rate and back to 16 kHz; one sample longer at most.

    Parameters
    ----------
    sample_rate : Hz; below 16 kHz the upper band is lost.
    """
    rate = draw(rng, sample_rate)
    return resample(resample(waveform, SAMPLE_RATE, rate), rate, SAMPLE_RATE)
