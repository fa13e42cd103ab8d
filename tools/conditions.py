"""The augmentations at fixed values: what a detector's robustness is measured under."""

from __future__ import annotations

import numpy as np

from antispoof.augment import AUGMENTATIONS
from antispoof_report.inference_tables import CLEAN

SEED = 2019  # of the noise, the same for every clip
M4A = {"encoding": "aac", "bit_rate": 128_000, "sample_rate": 44_100}

# Name shown -> augmentation and its parameters.
CONDITIONS = {
    "MP3 at 64 kbit/s": ("codec", {"encoding": "mp3", "bit_rate": 64_000}),
    "telephone": ("telephone", {"low": 300.0, "high": 3_400.0}),
    "noise at 20 dB": ("noise", {"snr_db": 20.0}),
    "noise at 10 dB": ("noise", {"snr_db": 10.0}),
    "44.1 kHz and back": ("resampled", {"sample_rate": 44_100}),
    "8 kHz and back": ("resampled", {"sample_rate": 8_000}),
    "silence trimmed": ("trim", {"kept": 0.0}),
    "WAV at 44.1 kHz": ("codec", {"encoding": "wav", "sample_rate": 44_100}),
    "FLAC at 48 kHz": ("codec", {"encoding": "flac", "sample_rate": 48_000}),
    "m4a at 44.1 kHz": ("codec", M4A),
}


def apply_condition(name: str, waveform: np.ndarray) -> np.ndarray:
    """A waveform, (n,) float32 at 16 kHz, under a condition, or unchanged for CLEAN."""
    if name == CLEAN:
        return waveform
    augmentation, parameters = CONDITIONS[name]
    transform = AUGMENTATIONS[augmentation].factory
    return transform(waveform, np.random.default_rng(SEED), **parameters)
