"""A clip with its pitch, and the mel scale."""

import numpy as np
from matplotlib.figure import Figure

from antispoof.constants import SAMPLE_RATE
from antispoof.plots import sound, style


def fundamental_frequency(waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F0 of 75 to 400 Hz along a clip, by the pYIN method (Mauch and Dixon, 2014).

    Parameters
    ----------
    waveform : (n,) float, 16 kHz

    Returns
    -------
    times : (n_frames,) seconds, every 10 ms
    f0 : (n_frames,) Hz, NaN where the sound has no pitch
    """
    import librosa

    f0, voiced, _ = librosa.pyin(
        np.asarray(waveform, float),
        fmin=75.0,
        fmax=400.0,
        sr=SAMPLE_RATE,
        frame_length=1024,
        hop_length=160,
    )
    return np.arange(len(f0)) * 160 / SAMPLE_RATE, np.where(voiced, f0, np.nan)


@style.styled
def spectrogram_with_pitch(waveform: np.ndarray) -> Figure:
    """A clip's waveform above its spectrogram, with the fundamental frequency.

    Parameters
    ----------
    waveform : (n,) float, 16 kHz
    """
    figure, (above, below) = style.subplots(
        2, height=4.3, sharex=True, height_ratios=(1, 3)
    )
    sound.waveform(above, waveform)
    image = sound.spectrogram(below, waveform)
    below.set_ylim(0, 4)
    times, f0 = fundamental_frequency(waveform)
    label = "fundamental, F0"
    below.plot(times, f0 / 1000, color=style.SKY, linewidth=2.2, label=label)
    below.legend(loc="upper right", labelcolor="white", frameon=True, facecolor="black")
    figure.colorbar(image, ax=below, label="level (dB)", location="bottom", aspect=40)
    return figure


def hertz_to_mel(frequency: np.ndarray) -> np.ndarray:
    """Hz to mel, as in HTK (O'Shaughnessy 1987)."""
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


@style.styled
def mel_scale(filter_bank: np.ndarray) -> Figure:
    """Hertz against mel, above the triangles of a filter bank.

    Parameters
    ----------
    filter_bank : (n_freqs, n_mels) weights, from 0 Hz to half of 16 kHz
    """
    figure, (above, below) = style.subplots(2, height=4.6, sharex=True)
    frequencies = np.linspace(0, SAMPLE_RATE / 2, len(filter_bank))
    mels = hertz_to_mel(frequencies)
    above.plot(frequencies, mels, linewidth=2)
    steps = np.linspace(0, mels[-1], 9)[1:-1]
    at = np.interp(steps, mels, frequencies)
    above.vlines(at, 0, steps, color=style.GREY, linewidth=0.8)
    above.hlines(steps, 0, at, color=style.GREY, linewidth=0.8)
    title = "Equal steps in mel are growing steps in hertz"
    above.set(ylabel="mel", title=title, ylim=(0, None))
    for position, weights in enumerate(filter_bank.T[::4]):
        colour = style.PALETTE[position % 4]
        below.plot(frequencies, weights, color=colour, linewidth=1.2)
    title = f"Every fourth of the {filter_bank.shape[1]} filters"
    below.set(xlabel="frequency (Hz)", ylabel="weight", title=title)
    below.set(xlim=(0, SAMPLE_RATE / 2), ylim=(0, None))
    return figure
