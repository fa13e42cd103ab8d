"""The data of the score explorer, in which a reader drags a decision threshold.

The page's script (``book/_static/explorer.js``) draws the histogram. Its data are
counts, not scores: the trials of each class between two neighbouring thresholds of a
fixed grid. So its numbers are exact at every threshold on the grid, and the data of any
corpus take a few kilobytes.
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
N_STEPS = 3 * N_BARS  # of the threshold, besides the operating points
NARROWEST = 1e-6  # axis that can be shown


def explorer(groups: Mapping[str, Sequence[Run]], *, figure: str) -> Html:
    """The explorer of the scores of some runs.

    Parameters
    ----------
    groups : what the reader chooses from first -> its runs; empty groups are left out
    figure : name of the figure that the explorer replaces; where no script runs, as in
        print, the figure stays

    Returns
    -------
    Data for the script, and the sentence shown where no script runs.
    """
    panels = [
        {
            "group": name,
            "model": title(model),
            "partition": PARTS[part],
            "seed": run.seed,
            **panel(*run.scores_and_labels(part), thresholds(run, part)),
        }
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
    html = (
        f'<div class="score-explorer" data-figure="{escape(figure, quote=True)}">'
        f'<script type="application/json">{data}</script>'
        f"<p><small>{line}</small></p></div>"
    )
    return Html(html, line)


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
    # Scores may be equal, or different by rounding only.
    span = highest - lowest if highest - lowest >= NARROWEST else 1.0
    # The first threshold is below all scores, so that every clip can be accepted.
    ends = (lowest - span / N_BARS, highest)
    grid = np.union1d(np.linspace(*ends, N_STEPS + 1), list(points.values()))
    # A score equal to a threshold is not above it.
    bins = np.searchsorted(grid, scores, side="left")
    classes = [labels == index for index in range(len(LABELS))]
    bars = [np.histogram(scores[own], N_BARS, range=ends)[0] for own in classes]
    counts = [np.bincount(bins[own], minlength=len(grid) + 1) for own in classes]
    shown = np.round(grid, 4).tolist()
    return {
        "low": shown[0],
        "high": shown[-1],
        "bars": [of_class.tolist() for of_class in bars],
        "thresholds": shown,
        "counts": [of_class.tolist() for of_class in counts],
        "points": {name: int(np.searchsorted(grid, t)) for name, t in points.items()},
    }
