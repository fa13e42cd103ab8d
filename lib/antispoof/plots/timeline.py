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
    thresholds : a score below the first means spoof, above the second bona fide.
        One that is infinite stands for an answer that is never given.
    """
    low, high = thresholds
    figure, (axes,) = subplots(height=2.6)
    shown = [*scores, *filter(np.isfinite, thresholds)]
    margin = 0.2 * max(float(np.ptp(shown)), 1e-3)
    bottom, top = min(shown) - margin, max(shown) + margin
    axes.axhspan(max(low, bottom), min(high, top), color=PALE)
    ends = np.minimum(starts + window, seconds)
    colours = np.where(scores > high, BLUE, np.where(scores < low, VERMILION, BLACK))
    axes.hlines(scores, starts, ends, colors=colours, linewidth=2)
    axes.set(xlabel="time (s)", ylabel="score")
    axes.set(xlim=(0, seconds), ylim=(bottom, top))
    places = ((high, 0.97, "real", "top"), (low, 0.03, "fake", "bottom"))
    for limit, height, text, side in places:
        if np.isfinite(limit):
            axes.text(0.99, height, text, transform=axes.transAxes, ha="right", va=side)
    return figure
