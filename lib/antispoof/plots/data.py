"""Figures of a corpus: trials per class, lengths of clips, examples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from antispoof.constants import LABELS, PARTITIONS
from antispoof.plots import sound, style

ORDER = LABELS[::-1]  # bona fide first


@style.styled
def class_counts(trials: pd.DataFrame) -> Figure:
    """Bona fide and spoof trials of each partition, with their fractions.

    Parameters
    ----------
    trials : one row per trial, columns ``partition`` and ``label``
    """
    counts = _counts(trials, "label", list(ORDER))
    fractions = counts.div(counts.sum(axis=1), axis=0)
    figure, axes = style.subplots(height=2.9)
    height = 0.38
    for offset, label in zip((-0.5, 0.5), ORDER, strict=True):
        positions = np.arange(len(counts)) + offset * height
        bars = axes.barh(positions, counts[label], height=height, **_look(label))
        texts = [
            f"{count:,} ({fraction:.0%})".replace(",", "\u202f")
            for count, fraction in zip(counts[label], fractions[label], strict=True)
        ]
        axes.bar_label(bars, texts, padding=3, fontsize=9)
    axes.set_yticks(range(len(counts)), counts.index)
    axes.invert_yaxis()
    axes.set(xlabel="trials", ylabel="partition")
    axes.margins(x=0.22)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    figure.legend(loc="outside upper center", ncols=2)
    return figure


@style.styled
def durations(trials: pd.DataFrame, *, kept: float) -> Figure:
    """Lengths of the clips of each class, and the length of the model input.

    Parameters
    ----------
    trials : columns ``partition``, ``label`` and ``seconds``
    kept : seconds that preprocessing keeps
    """
    present = [name for name in PARTITIONS if (trials["partition"] == name).any()]
    figure, rows = style.subplots(
        len(present), height=0.8 + 1.4 * len(present), sharex=True
    )
    edges = np.linspace(0, trials["seconds"].max(), 31)
    for axes, partition in zip(np.atleast_1d(rows), present, strict=True):
        part = trials[trials["partition"] == partition]
        for label in ORDER:
            seconds = part.loc[part["label"] == label, "seconds"]
            if len(seconds):
                look = {"histtype": "stepfilled", "density": True, "alpha": 0.4}
                axes.hist(seconds, edges, **look, **_look(label))
        axes.axvline(kept, color=style.BLACK, linestyle="--", linewidth=1.2)
        axes.set(title=partition, ylabel="density", xlim=(0, None))
        axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.set_xlabel("length (s)")
    handles = [axes.plot([], [], **_look(label))[0] for label in ORDER]
    handles += axes.plot([], [], "--", color=style.BLACK, label=f"kept: {kept:g} s")
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


@style.styled
def clips(waveforms: Mapping[str, np.ndarray]) -> Figure:
    """One clip below the other: waveform and spectrogram of each, on one time axis.

    Parameters
    ----------
    waveforms : title to waveform (n,), float, 16 kHz; "bonafide" and "spoof" are
        drawn in their colours
    """
    figure, rows = style.subplots(
        2 * len(waveforms),
        height=0.5 + 2.7 * len(waveforms),
        sharex=True,
        height_ratios=(1, 2) * len(waveforms),
    )
    longest = max(len(samples) for samples in waveforms.values())
    for number, (title, samples) in enumerate(waveforms.items()):
        above, below = rows[2 * number : 2 * number + 2]
        padded = np.pad(samples, (0, longest - len(samples)))
        colour = style.LABEL_COLOURS.get(title, style.GREY)
        sound.waveform(above, padded, colour=colour)
        above.set_title(style.LABEL_NAMES.get(title, title), color=colour)
        image = sound.spectrogram(below, padded)
        below.set_xlabel("")
    below.set_xlabel("time (s)")
    figure.colorbar(image, ax=rows, label="level (dB)", location="bottom", aspect=40)
    return figure


def _look(label: str) -> dict[str, str]:
    return {"color": style.LABEL_COLOURS[label], "label": style.LABEL_NAMES[label]}


def _counts(trials: pd.DataFrame, column: str, values: list[str]) -> pd.DataFrame:
    """Trials by partition (rows, those present) and value of a column."""
    counts = trials.groupby(["partition", column]).size().unstack(fill_value=0)
    present = [name for name in PARTITIONS if name in counts.index]
    return counts.reindex(index=present, columns=values, fill_value=0)
