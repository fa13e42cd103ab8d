"""Models compared: every estimate with its interval, at every operating point."""

from __future__ import annotations

import pandas as pd

from antispoof.metrics import METRICS
from antispoof.models import MODELS, title
from antispoof.stats import BootstrapResult, summary
from antispoof_report.claims.verdicts import Verdict
from antispoof_report.html import Html
from antispoof_report.tables import table

POINTS = {"zero": "zero", "dev": "chosen on dev", "oracle": "oracle (no choice)"}
ARROWS = {True: " ↑", False: " ↓", None: ""}  # the better direction


def comparison_table(resampled: BootstrapResult, *, caption: str) -> Html:
    """The main metrics of decisions with 95 % intervals.

    One row per model and operating point; the constant answers are below.
    """
    found = summary(resampled)
    decisions = found[~found["metric"].isin(resampled.values)]
    rows = []
    for (model, at), group in decisions.groupby(["model", "at"], sort=False):
        cells = {
            METRICS[row.metric].title: f"{row.value:.3f}"
            if pd.isna(row.low)
            else f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"
            for row in group.itertuples()
        }
        name = title(model) if model in MODELS else model
        rows.append({"model": name, "threshold": POINTS.get(at, "none")} | cells)
    return table(pd.DataFrame(rows), caption=caption)


def threshold_free_table(resampled: BootstrapResult, *, caption: str) -> Html:
    """EER, and other main metrics without a threshold, with 95 % intervals.

    The last column is the standard deviation between seeds.
    """
    found = summary(resampled)
    rows = []
    for row in found[found["metric"].isin(resampled.values)].itertuples():
        metric = resampled.metrics[row.metric]
        low, high = metric.format(row.low), metric.format(row.high)
        several = not pd.isna(row.seed_deviation)
        rows.append(
            {
                "model": title(row.model),
                "metric": metric.title,
                "value": metric.format(row.value),
                "95 % interval": f"{low} to {high}",
                "deviation of seeds": metric.format(row.seed_deviation)
                if several
                else None,
            }
        )
    return table(pd.DataFrame(rows), caption=caption)


def standard_metrics_table(values: pd.DataFrame, *, caption: str) -> Html:
    """Metrics of each model, from `runs.tables.standard_metrics`."""
    shown = {"model": values.index}
    for name in values:
        metric = METRICS[name]
        heading = f"{metric.title}{ARROWS[metric.higher_is_better]}"
        shown[heading] = [
            None if pd.isna(value) else metric.format(value) for value in values[name]
        ]
    return table(pd.DataFrame(shown), caption=caption)


def verdicts_table(verdicts: list[Verdict], *, caption: str) -> Html:
    """The claims, their verdicts, and the decisive effect of each."""
    rows = []
    for verdict in verdicts:
        decisive = verdict.findings[0]
        low, high = decisive.interval
        rows.append(
            {
                "claim": f"{verdict.key}: {verdict.statement}",
                "verdict": verdict.verdict,
                "decisive effect": decisive.name,
                "value": f"{decisive.estimate.value:+.3f}",
                "95 % interval": f"{low:+.3f} to {high:+.3f}",
                "seeds agreeing": f"{decisive.seeds_agreeing} of {decisive.n_seeds}",
            }
        )
    return table(pd.DataFrame(rows), caption=caption)
