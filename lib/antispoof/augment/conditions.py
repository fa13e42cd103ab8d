"""The augmentations at fixed values: what a detector's robustness is measured under."""

from __future__ import annotations

from typing import Any

import numpy as np

from antispoof.augment.registry import AUGMENTATIONS

CLEAN = "as it is"
SEED = 2019  # of the noise, the same for every clip

# Name shown -> augmentation and its parameters.
CONDITIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "MP3 at 64 kbit/s": ("codec", {"encoding": "mp3", "bit_rate": 64_000}),
    "telephone": ("telephone", {"low": 300.0, "high": 3_400.0}),
    "noise at 20 dB": ("noise", {"snr_db": 20.0}),
    "noise at 10 dB": ("noise", {"snr_db": 10.0}),
    "44.1 kHz and back": ("resampled", {"sample_rate": 44_100}),
    "8 kHz and back": ("resampled", {"sample_rate": 8_000}),
    "silence trimmed": ("trim", {"kept": 0.0}),
}
# The same clip in another file, which should make no difference.
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{shown} at {rate / 1000:g} kHz": (
        "codec",
        {"encoding": encoding, "bit_rate": bit_rate, "sample_rate": rate},
    )
    for shown, encoding, bit_rate, rate in (
        ("WAV", "wav", None, 44_100),
        ("FLAC", "flac", None, 48_000),
        ("m4a", "aac", 128_000, 44_100),
    )
}


def apply_condition(name: str, waveform: np.ndarray) -> np.ndarray:
    """A waveform, (n,) float32 at 16 kHz, under a condition, a format or CLEAN."""
    if name == CLEAN:
        return waveform
    augmentation, parameters = {**CONDITIONS, **FORMATS}[name]
    transform = AUGMENTATIONS[augmentation].factory
    return transform(waveform, np.random.default_rng(SEED), **parameters)
