"""Boxes, nodes and arrows, for drawings of networks."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from antispoof.plots import style

Point = tuple[float, float]
LINE = 1.2


def board(axes: Axes, *, width: float, height: float) -> Axes:
    """Make ``axes`` a drawing board in equal units, the origin at the bottom left."""
    style.bare(axes)
    axes.set_xlim(-0.05, width + 0.05)  # the margin keeps lines on the rim whole
    axes.set_ylim(-0.05, height + 0.05)
    axes.set_aspect("equal")
    return axes


def box(
    axes: Axes,
    centre: Point,
    text: str,
    *,
    width: float,
    height: float,
    colour: str = style.PALE,
    size: float = 9,
) -> None:
    """A rounded box with text in it."""
    x, y = centre
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=colour,
            edgecolor=style.BLACK,
            linewidth=LINE,
            zorder=2,
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=size, zorder=3)


def node(
    axes: Axes,
    centre: Point,
    text: str,
    *,
    radius: float = 0.25,
    colour: str = "white",
    size: float = 9,
) -> None:
    """A circle with text in it: a value, or an operation such as ×."""
    axes.add_patch(
        Circle(
            centre,
            radius,
            facecolor=colour,
            edgecolor=style.BLACK,
            linewidth=LINE,
            zorder=2,
        )
    )
    axes.text(*centre, text, ha="center", va="center", fontsize=size, zorder=3)


def arrow(
    axes: Axes,
    start: Point,
    end: Point,
    *,
    colour: str = style.BLACK,
    bend: float = 0.0,
) -> None:
    """An arrow; ``bend`` curves it (to the right of its direction if positive)."""
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=9,
            connectionstyle=f"arc3,rad={bend}",
            color=colour,
            linewidth=LINE,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )


def path(axes: Axes, points: Sequence[Point], *, colour: str = style.BLACK) -> None:
    """Straight lines through ``points``, the last of which ends in an arrow."""
    *corners, last = points
    if len(corners) > 1:
        xs, ys = zip(*corners, strict=True)
        axes.plot(xs, ys, color=colour, linewidth=LINE, solid_capstyle="butt", zorder=1)
    arrow(axes, corners[-1], last, colour=colour)


def label(axes: Axes, at: Point, text: str, *, size: float = 9, **options) -> None:
    """Text on the board, centred unless ``options`` say otherwise."""
    options = {"ha": "center", "va": "center"} | options
    axes.text(*at, text, fontsize=size, **options)
