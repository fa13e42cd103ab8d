"""What all figures share: palette, sizes, fonts.

The colours are Okabe and Ito's, which colour-blind readers can distinguish (Color
Universal Design, 2008). A figure is ``WIDTH`` inches wide, so that its 10-point text
is readable on a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, YELLOW, BLACK)
LABEL_COLOURS = {"bonafide": BLUE, "spoof": VERMILION}
LABEL_NAMES = {"bonafide": "bona fide", "spoof": "spoof"}
GREY = "#595959"  # for what is not data: 7:1 against white
PALE = "#E8EDF2"
INTENSITY = "magma"  # of spectrograms and matrices; even steps, also in grey

WIDTH = 4.6  # inches


def settings() -> dict[str, Any]:
    """The matplotlib settings of every figure."""
    return {
        **sns.axes_style("ticks"),
        **sns.plotting_context("paper"),
        "font.size": 10,
        "axes.titlesize": 10.5,
        "axes.labelsize": 10,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "legend.fontsize": 9,
        "legend.title_fontsize": 9,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.prop_cycle": plt.cycler(color=PALETTE),
        "figure.constrained_layout.use": True,
        "figure.dpi": 160,
        "savefig.dpi": 160,
        "image.cmap": INTENSITY,
    }


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make a function draw in this style, whatever the current settings are.

    The figure is closed in pyplot: a notebook then shows it once, as the value of its
    cell.
    """

    @wraps(draw)
    def in_style(*args: Any, **kwargs: Any) -> Figure:
        with plt.rc_context(settings()):
            figure = draw(*args, **kwargs)
        plt.close(figure)
        return figure

    return in_style


def subplots(
    rows: int = 1, columns: int = 1, *, height: float, width: float = WIDTH, **layout
) -> tuple[Figure, Any]:
    """A figure and its axes, ``height`` by ``width`` inches; for styled functions.

    ``layout`` goes to ``pyplot.subplots``, for example ``sharex=True``.
    """
    return plt.subplots(rows, columns, figsize=(width, height), **layout)


def no_axes(axes: Axes) -> Axes:
    """Remove ticks and frame, for drawings."""
    axes.set_axis_off()
    return axes
