"""Decode any clip to what everything else works on: mono float32 at 16 kHz."""

from antispoof.audio.decoding import AudioInfo, Clip, info, load, load_mono_16k
from antispoof.audio.resampling import resample
from antispoof.audio.streaming import iter_blocks

__all__ = [
    "AudioInfo",
    "Clip",
    "info",
    "iter_blocks",
    "load",
    "load_mono_16k",
    "resample",
]
