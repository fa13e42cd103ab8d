"""The data of the score explorer, in which a reader drags a decision threshold.

The page's script (``book/_static/explorer.js``) draws the histogram. Of each trial it
gets the number of thresholds of a fixed grid that lie below its score. So its numbers
are exact at every threshold on the grid, and the data of some hundreds of trials take a
few kilobytes a run.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from antispoof.constants import label_indices
from antispoof.metrics.detection import eer_threshold
from antispoof.models import title
from antispoof.runs import Run
from antispoof.runs.tables import by_model, thresholds
from antispoof_report.html import Html, render
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
    panels, trials = [], {}
    for group, runs in groups.items():
        # Evaluation first. The axis is that of all models.
        for part in reversed(runs[0].partitions if runs else []):
            name, first = PARTS[part], runs[0].scores(part)
            trials[f"{group}/{name}"] = {
                "ids": first["utt_id"].tolist(),
                "attacks": first["attack"].tolist(),
                "labels": label_indices(first["label"]).tolist(),
            }
            ordered = [run for own in by_model(runs).values() for run in own]
            scored = [run.scores_and_labels(part) for run in ordered]
            found = [scores for scores, _ in scored]
            ends = np.min(found), np.max(found)
            for run, pair in zip(ordered, scored, strict=True):
                points, also = thresholds(run, part), [eer_threshold(*pair)]
                about = {"group": group, "partition": name, "seed": run.seed}
                about["model"] = title(run.config.model)
                panels.append(about | panel(pair[0], points, ends, also))
    if not panels:
        return missing_runs("Scores to explore")
    # Within a script element only "</" could end it.
    content = {"panels": panels, "trials": trials, "bars": N_BARS}
    data = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    line = "On the book's page the threshold of this figure can be dragged."
    html = render("explorer.html", figure=figure, data=data, line=line)
    return Html(html, line)


def panel(
    scores: Sequence[float],
    points: Mapping[str, float],
    ends: tuple[float, float],
    also: Sequence[float] = (),
) -> dict[str, Any]:
    """The scores of one run with their thresholds, ready for JSON.

    Parameters
    ----------
    scores : (n,) floats.
    points : operating point -> threshold; each becomes one of the thresholds.
    ends : lowest and highest score of the axis; it is widened to what is shown.
    also : more thresholds, such as that of the EER, between the even steps.

    Returns
    -------
    dict with ``low`` and ``high`` (ends of the axis), ``thresholds`` (rising, rounded
    for showing), ``bins`` (of each trial the number of thresholds below its score) and
    ``points`` (operating point -> position in ``thresholds``).
    """
    lowest, highest = min(*ends, *points.values()), max(*ends, *points.values())
    # Scores may be equal, or different by rounding only.
    span = highest - lowest if highest - lowest >= NARROWEST else 1.0
    # The first threshold is below all scores, so that every clip can be accepted.
    axis = np.linspace(lowest - span / N_BARS, highest, N_STEPS + 1)
    grid = np.union1d(axis, [*points.values(), *also])
    shown = np.round(grid, 4).tolist()
    return {
        "low": shown[0],
        "high": shown[-1],
        "thresholds": shown,
        # A score equal to a threshold is not above it.
        "bins": np.searchsorted(grid, scores, side="left").tolist(),
        "points": {name: int(np.searchsorted(grid, t)) for name, t in points.items()},
    }
