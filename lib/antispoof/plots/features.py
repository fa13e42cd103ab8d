"""Figures of the way from waveform to model input."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from antispoof.constants import SAMPLE_RATE
from antispoof.frontends import FrontEnd
from antispoof.plots import sound, style

TICKS_HZ = (250, 1000, 2000, 4000, 7000)  # on an axis of frequencies


@style.styled
def fixed_length(waveforms: Mapping[str, np.ndarray], *, n_samples: int) -> Figure:
    """Clips, and what is cut off or added to bring them to one length.

    Parameters
    ----------
    waveforms : label ("bonafide" or "spoof") to waveform (n,), float, 16 kHz
    n_samples : the one length
    """
    n = len(waveforms)
    figure, panels = style.subplots(n, height=0.8 + 1.35 * n, sharex=True)
    kept = n_samples / SAMPLE_RATE
    longest = max(kept, *(len(s) / SAMPLE_RATE for s in waveforms.values()))
    for axes, (label, samples) in zip(panels, waveforms.items(), strict=True):
        sound.waveform(axes, samples, colour=style.LABEL_COLOURS[label])
        length = len(samples) / SAMPLE_RATE
        if length > kept:
            change, shade = f"last {length - kept:.2f} s cut off", "white"
        else:
            change, shade = f"{kept - length:.2f} s of zeros added", style.PALE
        axes.axvspan(*sorted((kept, length)), color=shade, alpha=0.75, zorder=2.4)
        axes.axvline(kept, color=style.BLACK, linestyle="--", linewidth=1.2, zorder=4)
        axes.set_title(f"{style.LABEL_NAMES[label]}: {length:.2f} s, {change}")
        axes.set_xlim(0, 1.01 * longest)
    axes.set_xlabel("time (s); the dashed line ends the part that is kept")
    return figure


@style.styled
def stages(arrays: Mapping[str, np.ndarray], front_end: FrontEnd) -> Figure:
    """One clip after each stage, from power spectrogram to model input.

    Parameters
    ----------
    arrays : title to (n_rows, n_frames), in the order of the stages. Arrays with the
        rows of `front_end` get its frequencies; others go evenly from 0 to 8 kHz.
    front_end : made the arrays
    """
    n = len(arrays)
    figure, panels = style.subplots(n, height=0.4 + 1.75 * n, sharex=True)
    for axes, (title, array) in zip(panels, arrays.items(), strict=True):
        image = _picture(axes, array, front_end)
        axes.set_title(f"{title}: {array.shape[0]} × {array.shape[1]}")
        figure.colorbar(image, ax=axes, pad=0.02, aspect=12)
        axes.label_outer()
    return figure


@style.styled
def compare_inputs(
    inputs: Mapping[str, np.ndarray], front_end: FrontEnd, *, unit: str
) -> Figure:
    """Model inputs next to each other, on one scale of colours.

    Parameters
    ----------
    inputs : label ("bonafide" or "spoof") to (n_rows, n_frames)
    front_end : made the inputs
    unit : of the colours
    """
    figure, row = style.subplots(1, len(inputs), height=3.2, sharey=True)
    stacked = np.concatenate([array.ravel() for array in inputs.values()])
    for axes, (label, array) in zip(row, inputs.items(), strict=True):
        limits = {"vmin": stacked.min(), "vmax": stacked.max()}
        image = _picture(axes, array, front_end, **limits)
        axes.set_title(style.LABEL_NAMES[label], color=style.LABEL_COLOURS[label])
        axes.label_outer()
    figure.colorbar(image, ax=row, label=unit, location="bottom", aspect=40)
    return figure


def _picture(
    axes: Axes, array: np.ndarray, front_end: FrontEnd, **limits: float
) -> AxesImage:
    """Draw an array with ticks at whole seconds and round frequencies."""
    n_rows, n_frames = array.shape
    look = {"origin": "lower", "aspect": "auto", "interpolation": "none"}
    image = axes.imshow(array, **look, **limits)
    per_second = SAMPLE_RATE / front_end.hop_length
    seconds = np.arange(0, (n_frames - 1) / per_second + 1e-6)
    axes.set_xticks(seconds * per_second, [f"{second:g}" for second in seconds])
    axes.set(xlabel="time (s)", ylabel="frequency (kHz)")
    frequencies = front_end.row_frequencies
    if n_rows != len(frequencies):
        frequencies = np.linspace(0, SAMPLE_RATE / 2, n_rows)
    if np.isfinite(frequencies).all():
        rows = [np.abs(frequencies - tick).argmin() for tick in TICKS_HZ]
        axes.set_yticks(rows, [f"{tick / 1000:g}" for tick in TICKS_HZ])
    else:
        axes.set(yticks=[], ylabel="row")
    return image
