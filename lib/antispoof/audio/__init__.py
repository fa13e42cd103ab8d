"""Decode any clip to what everything else works on: mono float32 at 16 kHz."""

from antispoof.audio.decoding import Clip, count_tracks, load, load_mono_16k
from antispoof.audio.resampling import resample
from antispoof.audio.streaming import iter_blocks
