"""What vocoders blow through their filters: pulses at the fundamental."""

from __future__ import annotations

import numpy as np


def pulse_train(closures: np.ndarray, length: int) -> np.ndarray:
    """Pulses of mean power 1, at fractional samples (linear interpolation)."""
    inside = closures[(closures >= 1) & (closures < length - 2)]
    periods = np.diff(inside, append=inside[-1] + np.median(np.diff(inside)))
    whole = inside.astype(int)
    part = inside - whole
    pulses = np.zeros(length)
    heights = np.sqrt(periods)
    np.add.at(pulses, whole, heights * (1 - part))
    np.add.at(pulses, whole + 1, heights * part)
    return pulses
