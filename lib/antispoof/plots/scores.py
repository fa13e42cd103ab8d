"""Figures of scores: before a threshold is applied, and at each threshold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from scipy.stats import norm

from antispoof.constants import LABELS
from antispoof.metrics import DetCurve, Reliability
from antispoof.plots.style import (
    BLACK,
    GREEN,
    GREY,
    INTENSITY,
    LABEL_COLOURS,
    LABEL_NAMES,
    PALETTE,
    PURPLE,
    styled,
    subplots,
)

RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6)  # ticks of a DET plot
EDGE = 0.004  # rates nearer to 0 or 1 lie outside the plot
POINTS = {"zero": (BLACK, "-"), "dev": (GREEN, "--"), "oracle": (PURPLE, ":")}


@styled
def det_curves(curves: Mapping[str, DetCurve]) -> Figure:
    """Detection error trade-off on normal-deviate axes; the dot is the EER.

    Parameters
    ----------
    curves : name -> curve. A straight line means two normal score
        distributions (A. Martin et al., "The DET curve", Eurospeech 1997).
    """
    figure, axes = subplots(height=4.2)
    for colour, (name, curve) in zip(PALETTE, curves.items(), strict=False):
        x = norm.ppf(np.clip(curve.false_alarm_rate, EDGE, 1 - EDGE))
        y = norm.ppf(np.clip(curve.miss_rate, EDGE, 1 - EDGE))
        axes.step(x, y, where="post", color=colour, label=name)
        nearest = np.argmin(np.abs(curve.false_alarm_rate - curve.miss_rate))
        axes.plot(x[nearest], y[nearest], "o", color=colour, markersize=5)
    ends = norm.ppf([EDGE, 0.7])
    axes.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=":")
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator(norm.ppf(RATES)))
        axis.set_major_formatter(FuncFormatter(lambda z, _: f"{norm.cdf(z):.0%}"))
    axes.set(xlabel="spoof taken for bona fide", ylabel="bona fide taken for spoof")
    axes.legend(loc="upper right")
    return figure


@styled
def score_histograms(
    scores: Mapping[str, tuple[np.ndarray, np.ndarray]],
    thresholds: Mapping[str, Mapping[str, float]],
) -> Figure:
    """Score distributions of the two classes, one panel per model.

    Parameters
    ----------
    scores : name -> (scores (n,), class indices (n,)).
    thresholds : name -> operating point (zero, dev, oracle) -> threshold.
    """
    figure, rows = subplots(len(scores), 1, height=1.75 * len(scores), squeeze=False)
    for axes, (name, (values, labels)) in zip(rows[:, 0], scores.items(), strict=True):
        edges = np.linspace(*np.quantile(values, [0.002, 0.998]), 36)
        for index, label in enumerate(LABELS):
            shown = np.clip(values[labels == index], edges[0], edges[-1])
            look = {"color": LABEL_COLOURS[label], "label": LABEL_NAMES[label]}
            axes.hist(shown, edges, density=True, alpha=0.55, **look)
        for point, value in thresholds[name].items():
            colour, line = POINTS[point]
            axes.axvline(value, color=colour, linestyle=line, label=point)
        axes.set(title=name, yticks=[], ylabel="density")
    rows[-1, 0].set_xlabel("score (higher: more bona fide)")
    handles, names = rows[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=5)
    return figure


@styled
def attack_heatmap(rates: pd.DataFrame) -> Figure:
    """EER of each attack (rows) by model (columns), as fractions.

    NaN means an attack with too few trials and is written "n < 10".
    """
    figure, axes = subplots(height=0.34 * len(rates) + 1.1)
    sns.heatmap(
        rates,
        annot=True,
        fmt=".0%",
        cmap=INTENSITY + "_r",
        vmin=0,
        vmax=max(0.5, float(rates.max(axis=None))),
        cbar=False,
        linewidths=1,
        linecolor="white",
        ax=axes,
    )
    for row, column in zip(*np.nonzero(rates.isna().to_numpy()), strict=True):
        centre = (column + 0.5, row + 0.5)
        axes.text(*centre, "n < 10", ha="center", va="center", color=GREY)
    axes.set(xlabel="", ylabel="attack")
    axes.tick_params(length=0)
    axes.set_yticklabels(axes.get_yticklabels(), rotation=0)
    return figure


@styled
def reliability_plot(bins: Mapping[str, Reliability]) -> Figure:
    """Predicted probability of bona fide speech against its observed frequency."""
    figure, axes = subplots(height=3.4 + 0.2 * len(bins))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    for colour, (name, found) in zip(PALETTE, bins.items(), strict=False):
        label = f"{name} (ECE {found.calibration_error:.1%})"
        axes.plot(found.predicted, found.observed, "o-", color=colour, label=label)
    axes.set(xlabel="predicted probability of bona fide", xlim=(0, 1))
    axes.set(ylabel="fraction of bona fide", ylim=(0, 1))
    # No corner is free for the legend.
    figure.legend(loc="outside lower center")
    return figure


@styled
def spoof_rate_by_threshold(curve: pd.DataFrame) -> Figure:
    """Spoof bias at each threshold: how much is decided spoof, and both recalls.

    Parameters
    ----------
    curve : from ``stats.spoof_rate_curve``, with a column ``title`` for the legend.
    """
    figure, (left, right) = subplots(1, 2, height=3.1)
    for colour, (name, rows) in zip(
        PALETTE, curve.groupby("title", sort=False), strict=False
    ):
        rates = rows["predicted_spoof_rate"]
        left.plot(rows["threshold"], rates, color=colour, label=name)
        right.plot(rows["recall_spoof"], rows["recall_bonafide"], color=colour)
        zero = rows[rows["threshold"] == 0]
        right.plot(zero["recall_spoof"], zero["recall_bonafide"], "o", color=colour)
    left.axvline(0, color=GREY, linestyle=":", linewidth=1)
    left.set(xlabel="threshold", ylabel="fraction decided spoof", ylim=(0, 1))
    right.set(xlabel="recall of spoof", ylabel="recall of bona fide", ylim=(0, 1.02))
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3)
    return figure
