"""Effects with their intervals, one below the other."""

import pandas as pd
from matplotlib.figure import Figure

from antispoof.plots.style import BLUE, GREY, PALE, name_rows, styled, subplots


@styled
def forest_plot(table: pd.DataFrame) -> Figure:
    """Estimates and 95 % intervals of paired differences.

    Parameters
    ----------
    table : one row per effect, with ``effect``, ``estimate``, ``low``, ``high`` and
        ``min_effect``, the smallest effect of interest; the grey band of a row shows
        smaller effects.
    """
    figure, (axes,) = subplots(height=0.6 * len(table) + 0.9)
    axes.axvline(0, color=GREY, linewidth=0.8)
    places = range(len(table))
    least = table["min_effect"]
    axes.barh(places, 2 * least, left=-least, height=1, color=PALE)
    spread = [table["estimate"] - table["low"], table["high"] - table["estimate"]]
    look = {"fmt": "o", "color": BLUE, "capsize": 3}
    axes.errorbar(table["estimate"], places, xerr=spread, **look)
    axes.set(xlabel="difference", ylim=(-0.6, len(table) - 0.4))
    name_rows(axes, table["effect"], characters=24)  # leaves half of a phone
    return figure
