"""Decode any clip to what everything else works on: mono float32 at 16 kHz."""

from antispoof.audio.blocks import decode_blocks
from antispoof.audio.clip import Clip, Probe, decode, probe, read
from antispoof.audio.resampling import resample

__all__ = ["Clip", "Probe", "decode", "decode_blocks", "probe", "read", "resample"]
