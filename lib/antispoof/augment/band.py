"""Limits of the band, as microphones, loudspeakers and low sample rates set them."""

import numpy as np

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

ORDER = 4  # of a Butterworth filter, passed twice: 48 dB per octave
KINDS = ["highpass", "lowpass", "bandpass"]
LOW, HIGH = (50.0, 300.0), (4_000.0, 7_500.0)  # Hz
CONDITIONS = {"low-pass at 4 kHz": {"kind": "lowpass", "high": 4_000.0}}


@register_augmentation("band", title="limited band", conditions=CONDITIONS)
def band(
    x: Array, rng: Rng, *, kind: Drawn = KINDS, low: Drawn = LOW, high: Drawn = HIGH
) -> Array:
    """Filter forwards and backwards, without a change of phase; the length stays.

    Parameters
    ----------
    kind : of KINDS.
    low, high : Hz, ends of the band, where the level is 6 dB lower.
    """
    from scipy.signal import butter, sosfiltfilt

    kind, low, high = draw(rng, kind), draw(rng, low), draw(rng, high)
    edges = {"highpass": low, "lowpass": high, "bandpass": (low, high)}[kind]
    sections = butter(ORDER, edges, kind, fs=SAMPLE_RATE, output="sos")
    n_mirrored = min(300, len(x) - 1)  # at each end, so that the filter starts smoothly
    return sosfiltfilt(sections, x, padlen=n_mirrored).astype(np.float32)
