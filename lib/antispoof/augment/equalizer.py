"""A smooth frequency response, as every microphone and loudspeaker has one."""

import numpy as np

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.augment.spectrum import scale_spectrum

OCTAVES = np.arange(6, 14)  # a gain is drawn at each of 2**OCTAVES Hz: 64 to 8192


@register_augmentation("equalizer", title="equaliser")
def equalizer(x: Array, rng: Rng, *, gain_db: Drawn = (1.0, 6.0)) -> Array:
    """Apply a random curve, linear between octaves, of gains; the length stays.

    Parameters
    ----------
    gain_db : largest gain and largest loss in dB.
    """
    gains = draw(rng, gain_db) * rng.uniform(-1, 1, len(OCTAVES)) / 20
    return scale_spectrum(
        x, lambda f: 10 ** np.interp(np.log2(np.maximum(f, 1)), OCTAVES, gains)
    )
