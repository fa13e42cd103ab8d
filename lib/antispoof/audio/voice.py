"""Is there a voice? A plain test of periodicity and loudness.

A voice has frames with a pitch, and its loudness changes from sound to sound. Noise has
no pitch; a tone or a chord has the same loudness throughout. Music with a beat passes.
"""

import numpy as np

from antispoof.constants import SAMPLE_RATE

FRAME, STEP = 640, 320  # samples: 40 ms, 20 ms
LAGS = slice(SAMPLE_RATE // 400, SAMPLE_RATE // 70)  # of a pitch of 70 to 400 Hz
PERIODICITY = 0.5  # smallest correlation of a frame with itself one period later
RANGE_DB = 35.0  # below the loudest frame; quieter ones are not looked at
MIN_SECONDS = 0.08  # of frames with a pitch
MIN_CHANGE_DB = 2.0  # standard deviation of the loudness


def has_voice(waveform: np.ndarray) -> bool:
    """Whether something in a clip can be a voice.

    Parameters
    ----------
    waveform : (n,) float at 16 kHz.
    """
    x = np.diff(
        np.asarray(waveform, float), prepend=waveform[:1]
    )  # less weight on low rumble
    if len(x) < FRAME or not x[1:].any():  # a constant differs from 0 at its start only
        return False
    frames = np.lib.stride_tricks.sliding_window_view(x, FRAME)[::STEP]
    power = np.square(frames).mean(1)
    frames = frames[power > power.max() * 10 ** (-RANGE_DB / 10)]
    spectrum = np.fft.rfft(frames * np.hanning(FRAME), 2 * FRAME)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:, :FRAME]
    window = np.fft.rfft(np.hanning(FRAME), 2 * FRAME)
    fading = np.fft.irfft(np.abs(window) ** 2)[:FRAME]  # of the window itself
    energy = np.maximum(correlation[:, :1], np.finfo(float).tiny)  # 0 after a step
    periodic = correlation[:, LAGS] / energy / (fading[LAGS] / fading[0])
    n_voiced = int((periodic.max(1) > PERIODICITY).sum())
    change = np.std(10 * np.log10(np.square(frames).mean(1)))
    return n_voiced * STEP / SAMPLE_RATE >= MIN_SECONDS and change >= MIN_CHANGE_DB
