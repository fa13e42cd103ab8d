"""Results of runs as a table for reading: mean and deviation over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from antispoof import metrics
from antispoof.config import TrainConfig
from antispoof.models import TITLES
from antispoof.runs import SCORED, Run, results
from antispoof.runs.tables import scores_and_labels
from antispoof_report.html import Html
from antispoof_report.tables import table

PARTS = {"dev": "testing (dev)", "eval": "evaluation (eval)"}
COLUMNS = {
    "macro_f1": "macro-F1",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "eer": "EER",
    "spoof_rate": "decided spoof",
}
NARROW = "\u202f"  # a space that does not break
PERCENT = ("eer", "spoof_rate")


def mean_and_deviation(values: Sequence[float], *, percent: bool = False) -> str:
    """``mean ± standard deviation`` over seeds; the mean alone of a single seed."""
    values = np.asarray(values, float) * (100 if percent else 1)
    places, unit = (1, f"{NARROW}%") if percent else (3, "")
    mean = f"{values.mean():.{places}f}"
    if len(values) == 1:
        return mean + unit
    return f"{mean}{NARROW}±{NARROW}{values.std(ddof=1):.{places}f}{unit}"


def results_table(runs: Sequence[Run], *, caption: str) -> Html:
    """Decisions at score 0 on dev and eval, a row a model, beside always-spoof.

    Without runs, a sentence that says so.
    """
    if not runs:
        return missing_runs(caption)
    rows = []
    for (name, part), group in results(runs).groupby(
        ["model", "partition"], sort=False
    ):
        cells = {
            title: mean_and_deviation(group[column], percent=column in PERCENT)
            for column, title in COLUMNS.items()
        }
        head = {
            "model": TITLES[name],
            "partition": PARTS[part],
            "seeds": str(len(group)),
        }
        rows.append((part, head | cells))
    rows += [(part, _constant(runs[0], part)) for part in SCORED]
    ordered = [row for part in SCORED for p, row in rows if p == part]
    return table(pd.DataFrame(ordered), caption=caption)


def settings_table(config: TrainConfig, *, caption: str) -> Html:
    """A config as a table, one setting a line."""
    frame = pd.DataFrame(config.to_dict().items(), columns=["setting", "value"])
    return table(frame.astype(str), caption=caption)


def origin(runs: Sequence[Run]) -> Html:
    """Where recorded runs come from: corpus, size, machine, and what they are worth."""
    if not runs:
        return missing_runs("Runs on real speech")
    run = runs[0]
    size = ", ".join(f"{name} {n}" for name, n in run.corpus["trials"].items())
    seconds = sum(r.environment["seconds"] for r in runs)
    text = (
        f"{len(runs)} runs on {run.corpus['title']} ({size} clips), of which"
        f" {run.corpus['fitted']} were fitted; made on a {_device(run)} in"
        f" {seconds / 60:.0f} minutes altogether. {run.corpus['caveat']}"
    )
    return Html(f"<p>{escape(text)}</p>", text)


def _device(run: Run) -> str:
    told = run.environment
    return (
        f"machine with {told['cores']} cores and no GPU"
        if told["device"] == "cpu"
        else f"machine with one {told['device']}"
    )


def missing_runs(what: str) -> Html:
    """The sentence that stands where recorded runs are not at hand."""
    text = f"{what}: there are no recorded runs beside this notebook."
    return Html(f"<p><em>{text}</em></p>", text)


def _constant(run: Run, part: str) -> dict[str, object]:
    _, labels = scores_and_labels(run, part)
    point = metrics.always_spoof(labels)
    return {
        "model": "always “spoof”",
        "partition": PARTS[part],
        "seeds": None,
        "macro-F1": f"{point.macro_f1:.3f}",
        "accuracy": f"{point.accuracy:.3f}",
        "balanced accuracy": f"{point.balanced_accuracy:.3f}",
        "EER": None,
        "decided spoof": f"{point.predicted_spoof_rate * 100:.1f}{NARROW}%",
    }
