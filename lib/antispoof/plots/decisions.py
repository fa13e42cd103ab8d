"""Decisions of models: confusion matrices, and metrics of models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from antispoof.constants import LABELS
from antispoof.plots.style import (
    GREY,
    LABEL_NAMES,
    PALETTE,
    styled,
    subplots,
)

PART_NAMES = {"dev": "testing (dev)", "eval": "evaluation (eval)"}
CLASSES = [LABEL_NAMES[label] for label in LABELS]


@styled
def confusions(matrices: Mapping[tuple[str, str], np.ndarray]) -> Figure:
    """Confusion matrices: one row per model, one column per partition.

    Parameters
    ----------
    matrices : (name of the model, partition) -> (2, 2) counts, rows true. Colour and
        percentage are fractions of the true class.
    """
    names = list(dict.fromkeys(name for name, _ in matrices))
    parts = list(dict.fromkeys(part for _, part in matrices))
    figure, grid = subplots(
        len(names), len(parts), height=2.5 * len(names) + 0.2, squeeze=False
    )
    for row, name in zip(grid, names, strict=True):
        for axes, part in zip(row, parts, strict=True):
            _confusion(axes, matrices[name, part], f"{name}\n{PART_NAMES[part]}")
    for axes in grid[-1]:
        axes.set_xlabel("decided")
    for axes in grid[:, 0]:
        axes.set_ylabel("true")
    return figure


@styled
def metric_bars(table: pd.DataFrame, metric: str, *, label: str) -> Figure:
    """One metric of each model on both partitions; a dot is one seed.

    Parameters
    ----------
    table : one row per run and partition: ``title``, ``partition``, the metric, and
        ``always_spoof_<metric>``, which is drawn as a line.
    label : name of the metric on the axis.
    """
    parts = [p for p in PART_NAMES if p in set(table["partition"])]
    figure, row = subplots(1, len(parts), height=2.9, sharey=True, squeeze=False)
    for axes, part in zip(row[0], parts, strict=True):
        shown = table[table["partition"] == part]
        order = list(dict.fromkeys(shown["title"]))
        means = shown.groupby("title")[metric].mean()[order]
        # Not seaborn's bars: colours without a legend need 0.13; Kaggle has 0.12.
        axes.bar(range(len(order)), means, color=PALETTE[: len(order)], alpha=0.55)
        sns.stripplot(
            data=shown,
            x="title",
            y=metric,
            order=order,
            color="black",
            size=4,
            jitter=0.12,
            ax=axes,
        )
        constant = shown[f"always_spoof_{metric}"].iloc[0]
        line = axes.axhline(constant, color=GREY, linestyle="--", linewidth=1.2)
        axes.set(xlabel="", ylabel=label, title=PART_NAMES[part], ylim=(0, 1.06))
        axes.tick_params(axis="x", rotation=25)
    figure.legend([line], ["always “spoof”"], loc="outside lower center")
    return figure


def _confusion(axes: Axes, matrix: np.ndarray, title: str) -> None:
    fractions = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    texts = [
        [
            f"{count:.{0 if count == round(count) else 1}f}\n{fraction:.0%}"
            for count, fraction in zip(*pair, strict=True)
        ]
        for pair in zip(matrix, fractions, strict=True)
    ]
    axes.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
    for (row, column), fraction in np.ndenumerate(fractions):
        colour = "white" if fraction > 0.5 else "black"
        text = texts[row][column]
        axes.text(column, row, text, color=colour, ha="center", va="center")
    axes.set(title=title, xticks=[0, 1], yticks=[0, 1])
    axes.set_xticklabels(CLASSES)
    axes.set_yticklabels(CLASSES, rotation=90, va="center")
    axes.tick_params(length=0)
