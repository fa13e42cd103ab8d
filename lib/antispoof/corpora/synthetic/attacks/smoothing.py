"""M06: the same movements, averaged until nothing human is left in them."""

from __future__ import annotations

import numpy as np

from antispoof.corpora.synthetic.performance import Performance
from antispoof.corpora.synthetic.voice import speak


def oversmoothed_parameters(
    performance: Performance, rng: np.random.Generator
) -> np.ndarray:
    """Spoken again from tracks smoothed over 45 to 70 ms, with a steady voice, as
    early statistical synthesis did (Zen, Tokuda and Black, 2009, section 4.1).
    """
    tracks = performance.tracks.smoothed(rng.uniform(0.045, 0.07))
    return speak(tracks, performance.speaker, rng, steady=True).waveform
