"""Loudness, up to clipping."""

import numpy as np

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation


@register_augmentation("gain", title="gain")
def gain(x: Array, rng: Rng, *, gain_db: Drawn = (-20.0, 6.0)) -> Array:
    """Amplify or attenuate by a number of dB; what exceeds full scale is clipped."""
    return np.clip(x * np.float32(10 ** (draw(rng, gain_db) / 20)), -1, 1)
