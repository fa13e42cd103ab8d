"""Figures of scores: before a threshold is applied, and at each threshold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator
from scipy.stats import norm

from antispoof.constants import LABELS
from antispoof.metrics import DetCurve, Reliability, cross_entropy
from antispoof.plots import style
from antispoof.plots.style import BLACK, GREEN, GREY, PURPLE, styled, subplots

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
    figure, (axes,) = subplots(height=4.2)
    for name, curve in curves.items():
        x = norm.ppf(np.clip(curve.false_alarm_rate, EDGE, 1 - EDGE))
        y = norm.ppf(np.clip(curve.miss_rate, EDGE, 1 - EDGE))
        (line,) = axes.step(x, y, where="post", label=name)
        nearest = np.argmin(np.abs(curve.false_alarm_rate - curve.miss_rate))
        axes.plot(x[nearest], y[nearest], "o", color=line.get_color(), markersize=5)
    ends = norm.ppf([EDGE, 0.7])
    axes.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=":")
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator(norm.ppf(RATES)))
        axis.set_major_formatter(lambda z, _: f"{100 * norm.cdf(z):.0f}\u202f%")
    axes.set(xlabel="spoof taken for bona fide", ylabel="bona fide taken for spoof")
    style.shared_legend(figure, columns=3)  # the diagonal crosses every corner
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
    figure, panels = subplots(len(scores), height=1 + 1.6 * len(scores))
    for axes, (name, (values, labels)) in zip(panels, scores.items(), strict=True):
        edges = np.linspace(*np.quantile(values, [0.002, 0.998]), 36)
        for index, label in enumerate(LABELS):
            shown = np.clip(values[labels == index], edges[0], edges[-1])
            axes.hist(shown, edges, density=True, alpha=0.55, **style.label_look(label))
        for point, value in thresholds[name].items():
            colour, line = POINTS[point]
            axes.axvline(value, color=colour, linestyle=line, label=point)
        axes.set(title=name, yticks=[], ylabel="density")
    axes.set_xlabel("score (higher: more bona fide)")
    style.shared_legend(figure, columns=3)
    return figure


@styled
def attack_heatmap(rates: pd.DataFrame, *, rows: str = "attack") -> Figure:
    """EER of each attack, or other rows, by model (columns), as fractions.

    NaN means an attack with too few trials and is written "n < 10".
    """
    figure, (axes,) = subplots(height=0.34 * len(rates) + 1.1)
    highest = max(0.5, float(rates.max(axis=None)))
    look = {"cmap": style.INTENSITY + "_r", "vmin": 0, "vmax": highest, "cbar": False}
    look |= {"linewidths": 1, "linecolor": "white"}
    texts = np.char.mod("%.0f\u202f%%", 100 * rates.to_numpy(float))
    sns.heatmap(rates, annot=texts, fmt="", ax=axes, **look)
    for row, column in zip(*np.nonzero(rates.isna().to_numpy()), strict=True):
        centre = (column + 0.5, row + 0.5)
        axes.text(*centre, "n < 10", ha="center", va="center", color=GREY)
    axes.set(xlabel="", ylabel=rows)
    axes.tick_params(length=0, labelrotation=0)
    return figure


@styled
def reliability_plot(bins: Mapping[str, Reliability]) -> Figure:
    """Predicted probability of bona fide speech against its observed frequency."""
    figure, (axes,) = subplots(height=3.4 + 0.2 * len(bins))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    for name, found in bins.items():
        label = f"{name} (ECE {100 * found.calibration_error:.1f}\u202f%)"
        axes.plot(found.predicted, found.observed, "o-", label=label, clip_on=False)
    axes.set(xlabel="predicted probability of bona fide", xlim=(0, 1))
    axes.set(ylabel="fraction of bona fide", ylim=(0, 1))
    style.shared_legend(figure, columns=1)  # no corner is free for it
    return figure


@styled
def evidence_plots(llr: np.ndarray, labels: np.ndarray) -> Figure:
    """How far likelihood ratios can be trusted.

    Left the Tippett plot: of each class, the share of clips with a larger ratio (D.
    Meuwly, 2001). Right the empirical cross-entropy at each prior, and that of no
    evidence at all: below it, the ratios help.

    Parameters
    ----------
    llr : (n,) natural-log likelihood ratios of bona fide to spoof.
    labels : (n,) class indices.
    """
    figure, (left, right) = subplots(1, 2, height=3.1)
    for index, label in enumerate(LABELS):
        ratios = np.sort(llr[labels == index]) / np.log(10)
        left.step(ratios, np.linspace(1, 0, len(ratios)), **style.label_look(label))
    left.axvline(0, color=GREY, linestyle=":", linewidth=1)
    left.set(xlabel="log10 ratio", ylabel="share with a larger ratio", ylim=(0, 1))
    left.legend(loc="lower left")
    odds = np.linspace(-2, 2, 81)
    for ratios, look in (
        (llr, {"color": BLACK, "label": "these ratios"}),
        (np.zeros(len(llr)), {"color": GREY, "label": "none", "linestyle": ":"}),
    ):
        entropy = cross_entropy(ratios, labels, odds * np.log(10))
        right.plot(odds, entropy, **look)
    right.set(xlabel="log10 odds before", ylabel="cross-entropy (bits)", ylim=(0, None))
    right.legend(loc="lower center")
    return figure


@styled
def spoof_rate_by_threshold(curve: pd.DataFrame) -> Figure:
    """Spoof bias at each threshold: how much is decided spoof, and both recalls.

    Parameters
    ----------
    curve : from ``stats.spoof_rate_curve``, with a column ``title`` for the legend.
    """
    figure, (left, right) = subplots(1, 2, height=3.1)
    for name, rows in curve.groupby("title", sort=False):
        left.plot(rows["threshold"], rows["predicted_spoof_rate"], label=name)
        (line,) = right.plot(rows["recall_spoof"], rows["recall_bonafide"])
        zero, colour = rows[rows["threshold"] == 0], line.get_color()
        right.plot(zero["recall_spoof"], zero["recall_bonafide"], "o", color=colour)
    left.axvline(0, color=GREY, linestyle=":", linewidth=1)
    left.set(xlabel="threshold", ylabel="fraction decided spoof", ylim=(0, 1))
    right.set(xlabel="recall of spoof", ylabel="recall of bona fide", ylim=(0, 1.02))
    style.shared_legend(figure, columns=3)
    return figure
