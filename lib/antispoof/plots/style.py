"""What all figures share: palette, sizes, fonts.

The colours are Okabe and Ito's, which colour-blind readers can distinguish (Color
Universal Design, 2008). A figure is ``WIDTH`` inches wide, so that its 10-point text
is readable on a phone.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442",
    "#000000"
)  # fmt: skip
BLUE, VERMILION, GREEN, PURPLE, _, SKY, _, BLACK = PALETTE
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
        **sns.plotting_context("paper", font_scale=1.04),  # 10 points, ticks 9
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.prop_cycle": plt.cycler(color=PALETTE),
        "figure.constrained_layout.use": True,
        "figure.dpi": 160,
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
    rows: int = 1, columns: int = 1, *, height: float, **layout
) -> tuple[Figure, list[Axes]]:
    """A figure ``height`` inches high and its axes, row by row; for styled functions.

    ``layout`` goes to ``pyplot.subplots``, for example ``sharex=True``.
    """
    size = (WIDTH, height)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, **layout)
    return figure, list(axes.flat)


def name_rows(axes: Axes, names: Iterable[str], *, characters: int) -> None:
    """Names of rows in place of the vertical axis, the first one above."""
    lines = [fill(name, characters) for name in names]
    axes.set_yticks(range(len(lines)), lines)
    axes.invert_yaxis()
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def label_look(label: str) -> dict[str, str]:
    """Colour of a class, and its name for a legend."""
    return {"color": LABEL_COLOURS[label], "label": LABEL_NAMES[label]}


def shared_legend(figure: Figure, *, columns: int) -> None:
    """One legend for all panels, below them; each name once."""
    found = [axes.get_legend_handles_labels() for axes in figure.axes]
    handles = {n: h for pair in found for h, n in zip(*pair, strict=True)}
    place = "outside lower center"
    figure.legend(handles.values(), handles.keys(), loc=place, ncols=columns)
