"""Waveforms and spectrograms of clips, drawn into given axes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from antispoof.constants import SAMPLE_RATE
from antispoof.plots import style

WINDOW = 400  # samples: 25 ms
HOP = 80  # 5 ms
N_FFT = 1024
PLOT_AREA = (0.11, 0.28, 0.87, 0.68)  # of `clip_picture`: left, bottom, width, height


def waveform(axes: Axes, samples: np.ndarray, *, colour: str = style.GREY) -> None:
    """Amplitude over time.

    Parameters
    ----------
    samples : (n,) float, 16 kHz
    """
    seconds = np.arange(len(samples)) / SAMPLE_RATE
    axes.plot(seconds, samples, color=colour, linewidth=0.4, rasterized=True)
    peak = max(float(np.abs(samples).max()), 1e-3)
    axes.set(ylabel="amplitude", ylim=(-1.05 * peak, 1.05 * peak))
    axes.set_xlim(0, len(samples) / SAMPLE_RATE)


def spectrogram(axes: Axes, samples: np.ndarray) -> QuadMesh:
    """Level over time and frequency, in dB relative to the loudest point.

    Parameters
    ----------
    samples : (n,) float, 16 kHz; 70 dB below the loudest point is black
    """
    padded = np.pad(samples, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), N_FFT)).T ** 2
    frequencies = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE) / 1000
    times = np.arange(len(frames)) * HOP / SAMPLE_RATE
    loudest = max(float(power.max()), np.finfo(float).tiny)
    level = 10 * np.log10(np.maximum(power / loudest, 1e-7))
    image = axes.pcolormesh(times, frequencies, level, rasterized=True)
    axes.set(xlabel="time (s)", ylabel="frequency (kHz)", ylim=(0, frequencies[-1]))
    axes.set_xlim(0, len(samples) / SAMPLE_RATE)
    return image


@style.styled
def clip_picture(samples: np.ndarray) -> Figure:
    """The spectrogram of one clip, wide and low.

    Its axes always lie at `PLOT_AREA`: the audio player draws a line over it at the
    current time.

    Parameters
    ----------
    samples : (n,) float, 16 kHz
    """
    figure = plt.figure(figsize=(style.WIDTH, 0.36 * style.WIDTH), layout="none")
    spectrogram(figure.add_axes(PLOT_AREA), samples)
    return figure
