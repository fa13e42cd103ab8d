"""Figures of the way from waveform to model input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from antispoof.constants import SAMPLE_RATE
from antispoof.plots import sound, style

if TYPE_CHECKING:
    from antispoof.frontends import FrontEnd

TICKS_HZ = (250, 1000, 2000, 4000, 7000)  # on an axis of frequencies


@style.styled
def fixed_length(waveforms: Mapping[str, np.ndarray], *, n_samples: int) -> Figure:
    """Clips, and what is cut off or added to bring them to one length.

    Parameters
    ----------
    waveforms : label ("bonafide" or "spoof") to waveform (n,), float, 16 kHz
    n_samples : the one length
    """
    figure, rows = style.subplots(
        len(waveforms), height=0.8 + 1.35 * len(waveforms), sharex=True
    )
    kept = n_samples / SAMPLE_RATE
    longest = max(kept, *(len(s) / SAMPLE_RATE for s in waveforms.values()))
    for axes, (label, samples) in zip(
        np.atleast_1d(rows), waveforms.items(), strict=True
    ):
        sound.waveform(axes, samples, colour=style.LABEL_COLOURS[label])
        length = len(samples) / SAMPLE_RATE
        if length > kept:
            change = f"last {length - kept:.2f} s cut off"
            axes.axvspan(kept, length, color="white", alpha=0.75, zorder=2.4)
        else:
            change = f"{kept - length:.2f} s of zeros added"
            axes.axvspan(length, kept, color=style.PALE)
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
    figure, rows = style.subplots(
        len(arrays), height=0.4 + 1.75 * len(arrays), sharex=True
    )
    for axes, (title, array) in zip(np.atleast_1d(rows), arrays.items(), strict=True):
        n_rows, n_frames = array.shape
        image = axes.imshow(array, origin="lower", aspect="auto", interpolation="none")
        axes.set(title=f"{title}: {n_rows} × {n_frames}", ylabel="kHz")
        frequencies = front_end.row_frequencies
        if n_rows != len(frequencies):
            frequencies = np.linspace(0, SAMPLE_RATE / 2, n_rows)
        _frequency_ticks(axes, frequencies)
        figure.colorbar(image, ax=axes, pad=0.02, aspect=12)
        _second_ticks(axes, n_frames, front_end)
    axes.set_xlabel("time (s)")
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
    figure, columns = style.subplots(1, len(inputs), height=3.2, sharey=True)
    columns = np.atleast_1d(columns)
    limits = {
        "vmin": min(array.min() for array in inputs.values()),
        "vmax": max(array.max() for array in inputs.values()),
    }
    for axes, (label, array) in zip(columns, inputs.items(), strict=True):
        image = axes.imshow(
            array, origin="lower", aspect="auto", interpolation="none", **limits
        )
        name = style.LABEL_NAMES.get(label, label)
        axes.set_title(name, color=style.LABEL_COLOURS.get(label, style.BLACK))
        _frequency_ticks(axes, front_end.row_frequencies)
        _second_ticks(axes, array.shape[1], front_end)
        axes.set_xlabel("time (s)")
    columns[0].set_ylabel("frequency (kHz)")
    figure.colorbar(image, ax=columns, label=unit, location="bottom", aspect=40)
    return figure


def _frequency_ticks(axes: Axes, row_frequencies: np.ndarray) -> None:
    """Mark the rows nearest to round frequencies; none if rows have no frequency."""
    if np.isfinite(row_frequencies).all():
        rows = [np.abs(row_frequencies - tick).argmin() for tick in TICKS_HZ]
        axes.set_yticks(rows, [f"{tick / 1000:g}" for tick in TICKS_HZ])
    else:
        axes.set(yticks=[], ylabel="row")


def _second_ticks(axes: Axes, n_frames: int, front_end: FrontEnd) -> None:
    """Mark whole seconds on an axis of frames."""
    per_second = SAMPLE_RATE / front_end.hop_length
    seconds = np.arange(0, (n_frames - 1) / per_second + 1e-6)
    axes.set_xticks(seconds * per_second, [f"{second:g}" for second in seconds])
