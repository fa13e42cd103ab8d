"""Training, epoch by epoch."""

from collections.abc import Mapping, Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from antispoof.plots.style import GREY, VERMILION, shared_legend, styled, subplots


@styled
def loss_curves(histories: Mapping[str, Sequence[pd.DataFrame]]) -> Figure:
    """Training loss over epochs, all models in one figure.

    Parameters
    ----------
    histories : name -> one history per seed, with ``epoch`` and ``loss``. The line is
        the mean over seeds, the band their range.
    """
    figure, (axes,) = subplots(height=2.9)
    for name, seeds in histories.items():
        _curve(axes, seeds, "loss", label=name)
    axes.set(ylabel="training loss", ylim=(0, None))
    if len(histories) > 1:
        axes.legend()
    return figure


@styled
def learning_curves(histories: Sequence[pd.DataFrame]) -> Figure:
    """Loss and validation macro-F1 of a model over epochs; mean and range of seeds."""
    figure, (left, right) = subplots(1, 2, height=2.5)
    _curve(left, histories, "loss", label="training")
    _curve(left, histories, "val_loss", label="validation")
    left.set(ylabel="loss", ylim=(0, None))
    _curve(right, histories, "val_macro_f1", color=VERMILION)
    right.set(ylabel="validation macro-F1", ylim=(0, 1.02))
    shared_legend(figure, columns=2)
    return figure


@styled
def spoof_rate_by_epochs(table: pd.DataFrame) -> Figure:
    """Fraction decided spoof against the number of epochs trained.

    Parameters
    ----------
    table : from ``stats.training_length.spoof_rate_by_epochs``, with a column ``title``
        for the legend.
    """
    figure, (axes,) = subplots(height=2.6)
    for title, rows in table.groupby("title", sort=False):
        means = rows.groupby("epochs")["predicted_spoof_rate"].mean()
        (line,) = axes.plot(means.index, means, label=title)
        look = {"color": line.get_color(), "alpha": 0.5}
        axes.plot(rows["epochs"], rows["predicted_spoof_rate"], "o", **look)
    axes.axhline(table["is_spoof"].mean(), color=GREY, linestyle=":", linewidth=1)
    axes.set(xlabel="epochs trained", ylabel="fraction decided spoof", ylim=(0, 1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.legend()
    return figure


def _curve(axes: Axes, seeds: Sequence[pd.DataFrame], column: str, **look) -> None:
    """Mean over seeds after each epoch, and a band for their range."""
    # Seeds may stop at different epochs; the mean is over those that exist.
    values = pd.concat(seeds)
    epochs = values["epoch"] + 1
    if epochs.max() < 13:
        look |= {"marker": "o", "markersize": 3, "markeredgewidth": 0}
    look |= {"errorbar": ("pi", 100), "legend": False}  # lowest to highest seed
    sns.lineplot(x=epochs, y=values[column], ax=axes, **look)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
