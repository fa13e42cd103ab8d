"""Scores that a reader can put a threshold to: the data of the page's explorer.

The page's script (``book/_static/explorer.js``) draws the histogram and lets the
threshold be dragged. It is given counts, not scores: how many trials of each class lie
between two neighbouring thresholds of a fixed grid. So its numbers are exact at every
threshold it offers, and a corpus of any size takes the same few kilobytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from antispoof import metrics
from antispoof.constants import LABELS
from antispoof.models import title
from antispoof.runs import Run
from antispoof.runs.tables import by_model, thresholds
from antispoof_report.html import Html
from antispoof_report.run_tables import PARTS, missing_runs

N_BARS = 40  # of the histogram
N_STEPS = 3 * N_BARS  # of the threshold; the operating points come on top
NARROWEST = 1e-6  # axis that can be shown
DECIMALS = 4  # of a threshold as it is shown


def explorer(groups: Mapping[str, Sequence[Run]], *, figure: str) -> Html:
    """The explorer of the scores of some runs.

    Parameters
    ----------
    groups : what the reader chooses from first -> its runs; empty groups are left out
    figure : name of the figure that the explorer comes alive in; where there is no
        script, as in print, the figure stays as it is

    Returns
    -------
    Data for the script, and a line that stands where the script does not run.
    """
    panels = [
        {"group": name, "model": title(model), "partition": PARTS[part]}
        | {"seed": run.seed}
        | panel(*run.scores_and_labels(part), thresholds(run, part))
        for name, runs in groups.items()
        for model, of_model in by_model(runs).items()
        for part in of_model[0].partitions
        for run in of_model
    ]
    if not panels:
        return missing_runs("Scores to explore")
    # Within a script element only "</" could end it.
    data = json.dumps({"panels": panels}, separators=(",", ":")).replace("<", "\\u003c")
    line = "On the book's page the threshold of this figure can be dragged."
    return Html(
        f'<div class="score-explorer" data-figure="{escape(figure, quote=True)}">'
        f'<script type="application/json">{data}</script>'
        f"<p><small>{line}</small></p></div>",
        line,
    )


def panel(
    scores: np.ndarray, labels: np.ndarray, points: Mapping[str, float]
) -> dict[str, Any]:
    """One histogram with its thresholds, ready for JSON.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    points : operating point -> threshold; each becomes one of the thresholds.

    Returns
    -------
    dict with ``low`` and ``high`` (ends of the axis), ``bars`` (class -> trials in each
    bar), ``thresholds`` (rising, rounded for showing), ``counts`` (class -> trials at
    or below the first threshold, between neighbouring ones, and above the last) and
    ``points`` (operating point -> position in ``thresholds``).
    """
    scores, labels = metrics.validate(scores, labels)
    lowest = min(scores.min(), *points.values())
    highest = max(scores.max(), *points.values())
    span = highest - lowest
    if span < NARROWEST:  # all scores alike, or told apart by rounding only
        span = 1.0
    # The first threshold lies below all scores, so that everything can be let in.
    ends = (lowest - span / N_BARS, highest)
    grid = np.union1d(np.linspace(*ends, N_STEPS + 1), list(points.values()))
    # A score equal to a threshold is not above it.
    place = np.searchsorted(grid, scores, side="left")
    of_class = [labels == index for index in range(len(LABELS))]
    size = len(grid) + 1
    return {
        "low": round(float(ends[0]), DECIMALS),
        "high": round(float(ends[1]), DECIMALS),
        "bars": [
            np.histogram(scores[own], N_BARS, range=ends)[0].tolist()
            for own in of_class
        ],
        "thresholds": [round(float(t), DECIMALS) for t in grid],
        "counts": [
            np.bincount(place[own], minlength=size).tolist() for own in of_class
        ],
        "points": {
            name: int(np.searchsorted(grid, value)) for name, value in points.items()
        },
    }
