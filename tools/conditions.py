"""The augmentations at fixed values: what a detector's robustness is measured under."""

from __future__ import annotations

import numpy as np

from antispoof.augment import AUGMENTATIONS
from antispoof_report.inference_tables import CLEAN, FORMATS

SEED = 2019  # of the noise, the same for every clip

_REGISTERED = [
    (name, (entry.factory, parameters))
    for entry in AUGMENTATIONS.values()
    for name, parameters in entry.info.get("conditions", {}).items()
]
# Name shown -> augmentation and its parameters; the other file formats come last.
CONDITIONS = dict(sorted(_REGISTERED, key=lambda item: item[0] in FORMATS))


def apply_condition(name: str, waveform: np.ndarray) -> np.ndarray:
    """A waveform, (n,) float32 at 16 kHz, under a condition, or unchanged for CLEAN."""
    if name == CLEAN:
        return waveform
    transform, parameters = CONDITIONS[name]
    return transform(waveform, np.random.default_rng(SEED), **parameters)
