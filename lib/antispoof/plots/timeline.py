"""A clip's score from beginning to end."""

import numpy as np
from matplotlib.figure import Figure

from antispoof.plots.style import BLACK, BLUE, PALE, VERMILION, styled, subplots


@styled
def score_timeline(
    starts: np.ndarray,
    scores: np.ndarray,
    *,
    window: float,
    seconds: float,
    thresholds: tuple[float, float],
) -> Figure:
    """One line per window, as long as the window; scores in the band are uncertain.

    Parameters
    ----------
    starts : (n,) seconds. scores : (n,), higher is more bona fide.
    window : seconds of a window.
    seconds : of the clip.
    thresholds : a score up to the first means spoof, from the second on bona fide.
    """
    low, high = thresholds
    figure, (axes,) = subplots(height=2.6)
    axes.axhspan(low, high, color=PALE)
    ends = np.minimum(starts + window, seconds)
    colours = np.where(scores >= high, BLUE, np.where(scores <= low, VERMILION, BLACK))
    axes.hlines(scores, starts, ends, colors=colours, linewidth=2)
    axes.set(xlim=(0, seconds), xlabel="time (s)", ylabel="score")
    margin = 0.2 * max(float(np.ptp([*scores, low, high])), 1e-3)
    axes.set_ylim(min(*scores, low) - margin, max(*scores, high) + margin)
    for height, text, side in ((0.97, "real", "top"), (0.03, "fake", "bottom")):
        axes.text(0.99, height, text, transform=axes.transAxes, ha="right", va=side)
    return figure
