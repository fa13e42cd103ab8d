"""Additive noise of several colours."""

import numpy as np

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.augment.spectrum import scale_spectrum

# Exponent of the frequency in the power spectrum: -1 is 3 dB per octave downwards.
COLOURS = {"white": 0, "pink": -1, "brown": -2, "blue": 1}
ALL = list(COLOURS)
FLOOR = 20.0  # Hz; below it, the noise gets no louder
CONDITIONS = {
    "noise at 20 dB": {"colour": "white", "snr_db": 20.0},
    "noise at 10 dB": {"colour": "white", "snr_db": 10.0},
}


@register_augmentation("noise", title="additive noise", conditions=CONDITIONS)
def noise(
    x: Array, rng: Rng, *, colour: Drawn = ALL, snr_db: Drawn = (15.0, 40.0)
) -> Array:
    """Add stationary noise; the length stays.

    Parameters
    ----------
    colour : of COLOURS.
    snr_db : dB of the clip's mean power over that of the noise, silence included.
    """
    power = COLOURS[draw(rng, colour)]
    snr_db = draw(rng, snr_db)
    added = rng.standard_normal(len(x))
    if power:
        added = scale_spectrum(added, lambda f: np.maximum(f, FLOOR) ** (power / 2))
    return add(x, added, snr_db)


def add(x: Array, added: Array, snr_db: float) -> Array:
    """Add a noise (n,) at a signal-to-noise ratio to a waveform (n,)."""
    level = np.linalg.norm(x) / np.linalg.norm(added) * 10 ** (-snr_db / 20)
    return (x + level * added).astype(np.float32)
