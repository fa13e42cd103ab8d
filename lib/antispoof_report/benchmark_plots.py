"""Speed of features and models."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from antispoof import models
from antispoof.plots.style import BLUE, GREY, VERMILION, name_rows, styled, subplots


@styled
def throughput(features: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Clips per second from file to log-mel, one bar per program.

    Parameters
    ----------
    features : one row per program, with ``clips_per_second``.
    names : program -> label, from top to bottom; ours is ``store``.
    """
    figure, (axes,) = subplots(height=0.5 * len(names) + 0.7)
    rates = features["clips_per_second"].loc[list(names)]
    colours = [BLUE if name == "store" else GREY for name in names]
    _bars(axes, rates, list(names.values()), colours)
    axes.set_xlabel("clips per second of wall time")
    return figure


@styled
def training_and_scoring_rates(measured: pd.DataFrame) -> Figure:
    """Clips per second that one core trains on and scores, one bar per model.

    Parameters
    ----------
    measured : one row per model and work, with ``name``, ``work`` and ``cpu_ms`` (per
        clip).
    """
    figure, axes = subplots(2, height=3.6)
    works = {"train": ("training", VERMILION), "score": ("scoring", BLUE)}
    for plot, (work, (title, colour)) in zip(axes, works.items(), strict=True):
        of_work = measured[measured["work"] == work]
        names = [models.title(name) for name in of_work["name"]]
        _bars(plot, 1e3 / of_work["cpu_ms"], names, colour)
        plot.set_title(title)
    axes[-1].set_xlabel("clips per second of processor time")
    return figure


def _bars(axes: Axes, values: pd.Series, names: list[str], colours) -> None:
    bars = axes.barh(range(len(values)), values, color=colours, height=0.62)
    texts = [f"{value:.0f}" if value >= 10 else f"{value:.1f}" for value in values]
    axes.bar_label(bars, texts, padding=3, fontsize=9)
    axes.margins(x=0.14)
    name_rows(axes, names, characters=22)
