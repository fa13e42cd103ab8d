"""Training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from antispoof.plots.style import GREY, PALETTE, styled, subplots


@styled
def loss_curves(histories: Mapping[str, Sequence[pd.DataFrame]]) -> Figure:
    """Training loss over epochs, all models in one figure.

    Parameters
    ----------
    histories : name -> one history per seed, with ``epoch`` and ``loss``. The line is
        the mean over seeds, the band their range.
    """
    figure, axes = subplots(height=2.9)
    for colour, (name, seeds) in zip(PALETTE, histories.items(), strict=False):
        _curve(axes, seeds, "loss", colour, name)
    axes.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
    if len(histories) > 1:
        axes.legend()
    return figure


@styled
def learning_curves(histories: Sequence[pd.DataFrame]) -> Figure:
    """Loss and validation macro-F1 of a model over epochs; mean and range of seeds."""
    figure, (left, right) = subplots(1, 2, height=2.5)
    both = {"training": "loss", "validation": "val_loss"}
    for colour, (name, column) in zip(PALETTE, both.items(), strict=False):
        _curve(left, histories, column, colour, name)
    left.set(ylabel="loss", ylim=(0, None), xlabel="epoch")
    left.legend()
    _curve(right, histories, "val_macro_f1", PALETTE[1], "")
    right.set(ylabel="validation macro-F1", ylim=(0, 1.02), xlabel="epoch")
    return figure


@styled
def spoof_rate_by_epochs(table: pd.DataFrame) -> Figure:
    """Fraction decided spoof against the number of epochs trained.

    Parameters
    ----------
    table : from ``stats.training_length.spoof_rate_by_epochs``, with a column ``title``
        for the legend.
    """
    figure, axes = subplots(height=2.6)
    for colour, (title, rows) in zip(
        PALETTE, table.groupby("title", sort=False), strict=False
    ):
        axes.plot(
            rows["epochs"], rows["predicted_spoof_rate"], "o", color=colour, alpha=0.5
        )
        means = rows.groupby("epochs")["predicted_spoof_rate"].mean()
        axes.plot(means.index, means, color=colour, label=title)
    axes.axhline(table["is_spoof"].mean(), color=GREY, linestyle=":", linewidth=1)
    axes.set(xlabel="epochs trained", ylabel="fraction decided spoof", ylim=(0, 1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.legend()
    return figure


def _curve(
    axes: Axes, seeds: Sequence[pd.DataFrame], column: str, colour: str, name: str
) -> None:
    # Seeds may stop at different epochs; the mean is over those that exist.
    table = pd.concat([h.set_index("epoch")[column] for h in seeds], axis=1)
    epochs = table.index.to_numpy() + 1
    low, high = table.min(axis=1), table.max(axis=1)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.18, linewidth=0)
    marker = "o" if len(epochs) < 13 else None
    mean = np.nanmean(table.to_numpy(), axis=1)
    axes.plot(epochs, mean, color=colour, label=name, marker=marker, markersize=3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
