"""Decisions of models: confusion matrices, and metrics of models."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from antispoof.constants import LABELS
from antispoof.plots import style

PART_NAMES = {"dev": "testing (dev)", "eval": "evaluation (eval)"}
CLASSES = [style.LABEL_NAMES[label] for label in LABELS]


@style.styled
def confusions(matrices: Mapping[tuple[str, str], np.ndarray]) -> Figure:
    """Confusion matrices: one row per model, one column per partition.

    Parameters
    ----------
    matrices : (name of the model, partition) -> (2, 2) counts, rows true. Colour and
        percentage are fractions of the true class.
    """
    names = list(dict.fromkeys(name for name, _ in matrices))
    parts = list(dict.fromkeys(part for _, part in matrices))
    height = 2.5 * len(names) + 0.2
    figure, grid = style.subplots(len(names), len(parts), height=height)
    for axes, (name, part) in zip(grid, product(names, parts), strict=True):
        counts = np.asarray(matrices[name, part])  # with fractions: means over seeds
        fractions = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        percent = np.char.mod("\n%.0f\u202f%%", 100 * fractions)
        texts = np.char.add(np.char.mod("%.9g", counts.round(1)), percent)
        look = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "square": True}
        look |= {"xticklabels": CLASSES, "yticklabels": CLASSES}
        sns.heatmap(fractions, annot=texts, fmt="", ax=axes, **look)
        axes.set(title=f"{name}\n{PART_NAMES[part]}", xlabel="decided", ylabel="true")
        axes.tick_params(length=0)
        axes.label_outer()
    return figure


@style.styled
def metric_bars(table: pd.DataFrame, metric: str, *, label: str) -> Figure:
    """One metric of each model on both partitions; a dot is one seed.

    Parameters
    ----------
    table : one row per run and partition: ``title``, ``partition``, the metric, and
        ``always_spoof_<metric>``, which is drawn as a line.
    label : name of the metric on the axis.
    """
    parts = [p for p in PART_NAMES if p in set(table["partition"])]
    figure, row = style.subplots(1, len(parts), height=2.9, sharey=True)
    for axes, part in zip(row, parts, strict=True):
        shown = table[table["partition"] == part]
        for title, rows in shown.groupby("title", sort=False):
            name = title.replace("+", "\n+")
            axes.bar(name, rows[metric].mean(), alpha=0.55)
            axes.plot([name] * len(rows), rows[metric], "ok", markersize=4)
        constant = shown[f"always_spoof_{metric}"].iloc[0]
        axes.axhline(constant, color=style.GREY, linestyle="--", label="always “spoof”")
        axes.set(ylabel=label, title=PART_NAMES[part], ylim=(0, 1.06))
        axes.label_outer()
    style.shared_legend(figure, columns=1)
    return figure
