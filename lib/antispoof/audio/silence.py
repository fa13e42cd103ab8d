"""Find and trim silence."""

import numpy as np

from antispoof.constants import SAMPLE_RATE

RANGE_DB = 40.0  # below the loudest frame
FRAME = SAMPLE_RATE // 100  # 10 ms


def is_silent(waveform: np.ndarray) -> np.ndarray:
    """Which frames of 10 ms are 40 dB or more below the loudest one.

    Parameters
    ----------
    waveform : (n,) float.

    Returns
    -------
    bool, shape (ceil(n / 160),); all true for digital silence.
    """
    n_frames = -(-len(waveform) // FRAME)
    padded = np.pad(np.asarray(waveform, float), (0, n_frames * FRAME - len(waveform)))
    power = np.square(padded.reshape(n_frames, FRAME)).mean(axis=1)
    return power <= power.max() * 10 ** (-RANGE_DB / 10)


def trim(waveform: np.ndarray, before: int = 0, after: int = 0) -> np.ndarray:
    """The clip without silence at its beginning and end; unchanged if all is silent.

    Parameters
    ----------
    waveform : (n,) float.
    before, after : samples of silence that stay at each end.
    """
    loud = np.flatnonzero(~is_silent(waveform))
    if not loud.size:
        return waveform
    start, end = loud[0] * FRAME, (loud[-1] + 1) * FRAME
    return waveform[max(0, start - before) : end + after]


# What a configuration can have done to the silence at both ends of every clip.
TREATMENTS = {"keep": np.asarray, "trim": trim}
