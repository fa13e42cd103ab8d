"""Figures of the way from waveform to model input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from antispoof.constants import SAMPLE_RATE
from antispoof.frontends import LogMel
from antispoof.plots import sound, style

TICKS_HZ = (250, 1000, 2000, 4000, 7000)  # shown on an axis of mel bands


@style.styled
def fixed_length(waveforms: Mapping[str, np.ndarray], *, n_samples: int) -> Figure:
    """Clips as they are, and what is cut off or added to bring them to one length.

    Parameters
    ----------
    waveforms : label ("bonafide" or "spoof") to waveform (n,), float, 16 kHz
    n_samples : the one length
    """
    figure, rows = style.canvas(
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
def stages(arrays: Mapping[str, np.ndarray], front_end: LogMel) -> Figure:
    """One clip after each stage, from power spectrogram to model input.

    Parameters
    ----------
    arrays : title to (n_freqs or n_mels, n_frames), in the order of the stages
    front_end : what made them; says what time and frequency rows and columns have
    """
    figure, rows = style.canvas(
        len(arrays), height=0.4 + 1.75 * len(arrays), sharex=True
    )
    for axes, (title, array) in zip(np.atleast_1d(rows), arrays.items(), strict=True):
        n_rows, n_frames = array.shape
        image = axes.imshow(array, origin="lower", aspect="auto", interpolation="none")
        axes.set_title(f"{title}: {n_rows} × {n_frames}")
        if n_rows == len(front_end.mel_fb):
            at = np.array([0, 2000, 4000, 6000, 8000])
            positions = at / (SAMPLE_RATE / 2) * (n_rows - 1)
            axes.set_yticks(positions, [f"{f / 1000:g}" for f in at])
        else:
            _mel_ticks(axes, front_end)
        axes.set_ylabel("kHz")
        figure.colorbar(image, ax=axes, pad=0.02, aspect=12)
        _second_ticks(axes, n_frames, front_end)
    axes.set_xlabel("time (s)")
    return figure


@style.styled
def beside(inputs: Mapping[str, np.ndarray], front_end: LogMel, *, unit: str) -> Figure:
    """Model inputs side by side, on one scale of colours.

    Parameters
    ----------
    inputs : label ("bonafide" or "spoof") to (n_mels, n_frames)
    front_end : what made them; says what time and frequency rows and columns have
    unit : what the colours measure
    """
    figure, columns = style.canvas(1, len(inputs), height=3.2, sharey=True)
    columns = np.atleast_1d(columns)
    lowest = min(array.min() for array in inputs.values())
    highest = max(array.max() for array in inputs.values())
    for axes, (label, array) in zip(columns, inputs.items(), strict=True):
        image = axes.imshow(
            array,
            origin="lower",
            aspect="auto",
            interpolation="none",
            vmin=lowest,
            vmax=highest,
        )
        name = style.LABEL_NAMES.get(label, label)
        axes.set_title(name, color=style.LABEL_COLOURS.get(label, style.BLACK))
        _mel_ticks(axes, front_end)
        _second_ticks(axes, array.shape[1], front_end)
        axes.set_xlabel("time (s)")
    columns[0].set_ylabel("frequency (kHz)")
    figure.colorbar(image, ax=columns, label=unit, location="bottom", aspect=40)
    return figure


def _mel_ticks(axes: Axes, front_end: LogMel) -> None:
    """Mark the bands whose centres lie nearest to round frequencies."""
    mel_fb = front_end.mel_fb.numpy()
    frequencies = np.linspace(0, SAMPLE_RATE / 2, len(mel_fb))
    centres = (mel_fb * frequencies[:, None]).sum(axis=0) / mel_fb.sum(axis=0)
    bands = [int(np.abs(centres - frequency).argmin()) for frequency in TICKS_HZ]
    axes.set_yticks(bands, [f"{frequency / 1000:g}" for frequency in TICKS_HZ])


def _second_ticks(axes: Axes, n_frames: int, front_end: LogMel) -> None:
    """Mark whole seconds on an axis of frames."""
    per_second = SAMPLE_RATE / front_end.hop_length
    seconds = np.arange(0, (n_frames - 1) / per_second + 1e-6)
    axes.set_xticks(seconds * per_second, [f"{second:g}" for second in seconds])
