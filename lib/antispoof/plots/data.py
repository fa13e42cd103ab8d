"""Figures of a corpus: trials per class, lengths of clips, examples."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from antispoof.constants import LABELS, PARTITIONS
from antispoof.plots import sound, style

ORDER = list(LABELS[::-1])  # bona fide first


@style.styled
def class_counts(trials: pd.DataFrame) -> Figure:
    """Bona fide and spoof trials of each partition, with their fractions.

    Parameters
    ----------
    trials : one row per trial, columns ``partition`` and ``label``
    """
    counts = pd.crosstab(trials["partition"], trials["label"])
    counts = counts.reindex(_present(trials), columns=ORDER, fill_value=0)
    figure, (axes,) = style.subplots(height=2.9)
    counts.plot.barh(ax=axes, width=0.76, color=style.LABEL_COLOURS, legend=False)
    for bars, label in zip(axes.containers, ORDER, strict=True):
        bars.set_label(style.LABEL_NAMES[label])
        texts = [
            f"{count:,} ({100 * count / total:.0f}\u202f%)".replace(",", "\u202f")
            for count, total in zip(counts[label], counts.sum(axis=1), strict=True)
        ]
        axes.bar_label(bars, texts, padding=3, fontsize=9)
    axes.invert_yaxis()
    axes.set(xlabel="trials", ylabel="partition")
    axes.margins(x=0.25)
    style.shared_legend(figure, columns=2)
    return figure


@style.styled
def durations(trials: pd.DataFrame, *, kept: float) -> Figure:
    """Lengths of the clips of each class, and the length of the model input.

    Parameters
    ----------
    trials : columns ``partition``, ``label`` and ``seconds``
    kept : seconds that preprocessing keeps
    """
    present = _present(trials)
    n = len(present)
    figure, panels = style.subplots(n, height=0.8 + 1.4 * n, sharex=True)
    edges = np.linspace(0, trials["seconds"].max(), 31)
    for axes, partition in zip(panels, present, strict=True):
        part = trials[trials["partition"] == partition]
        for label in [x for x in ORDER if (part["label"] == x).any()]:
            look = style.label_look(label) | {"density": True, "alpha": 0.4}
            axes.hist(part.loc[part["label"] == label, "seconds"], edges, **look)
        axes.axvline(kept, color=style.BLACK, ls="--", label=f"kept: {kept:g} s")
        axes.set(title=partition, ylabel="density", xlim=(0, None))
    axes.set_xlabel("length (s)")
    style.shared_legend(figure, columns=3)
    return figure


@style.styled
def clips(waveforms: Mapping[str, np.ndarray]) -> Figure:
    """One clip below the other: waveform and spectrogram of each, on one time axis.

    Parameters
    ----------
    waveforms : title to waveform (n,), float, 16 kHz; "bonafide" and "spoof" are
        drawn in their colours
    """
    n, ratios = len(waveforms), (1, 2) * len(waveforms)
    look = {"height": 0.5 + 2.7 * n, "sharex": True, "height_ratios": ratios}
    figure, rows = style.subplots(2 * n, **look)
    longest = max(len(samples) for samples in waveforms.values())
    for number, (title, samples) in enumerate(waveforms.items()):
        above, below = rows[2 * number : 2 * number + 2]
        padded = np.pad(samples, (0, longest - len(samples)))
        colour = style.LABEL_COLOURS.get(title, style.GREY)
        sound.waveform(above, padded, colour=colour)
        above.set_title(style.LABEL_NAMES.get(title, title), color=colour)
        image = sound.spectrogram(below, padded)
        below.label_outer()
    figure.colorbar(image, ax=rows, label="level (dB)", location="bottom", aspect=40)
    return figure


def _present(trials: pd.DataFrame) -> list[str]:
    """Partitions that have trials, in their usual order."""
    return sorted(trials["partition"].unique(), key=lambda p: [*PARTITIONS, p].index(p))
