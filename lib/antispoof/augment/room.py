"""Reverberation by synthetic impulse responses."""

import numpy as np

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

CONDITIONS = {"room, RT60 0.5 s": {"rt60": 0.5, "direct_db": 3.0}}


@register_augmentation("room", title="room", conditions=CONDITIONS)
def room(
    x: Array, rng: Rng, *, rt60: Drawn = (0.1, 0.7), direct_db: Drawn = (0.0, 15.0)
) -> Array:
    """Convolve with a direct path and noise that decays exponentially.

    The response has unit energy. What sounds after the end of the clip is cut off.

    Parameters
    ----------
    rt60 : seconds after which the reverberation is 60 dB lower.
    direct_db : dB of the energy of the direct path over that of the reverberation.
    """
    from scipy.signal import oaconvolve

    n = round(draw(rng, rt60) * SAMPLE_RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail *= 10 ** (-draw(rng, direct_db) / 20) / np.linalg.norm(tail)
    response = np.concatenate([[1.0], tail])
    response = (response / np.linalg.norm(response)).astype(np.float32)
    return oaconvolve(x, response)[: len(x)]
