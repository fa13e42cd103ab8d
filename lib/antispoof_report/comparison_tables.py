"""Models compared: every estimate with its interval, at every operating point."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from antispoof.metrics import METRICS
from antispoof.models import MODELS, title
from antispoof.stats import BootstrapResult, summary
from antispoof_report.claims.verdicts import MIN_SEEDS, UNDECIDED, Verdict
from antispoof_report.html import Html
from antispoof_report.run_tables import PARTS
from antispoof_report.tables import cell_text, table

POINTS = {"zero": "zero", "dev": "chosen on dev", "oracle": "oracle (no choice)"}


def comparison_table(resampled: BootstrapResult, *, caption: str) -> Html:
    """The main metrics of decisions with 95 % intervals.

    One row per model and operating point; the constant answers are below.
    """
    found = summary(resampled)
    decisions = found[~found["metric"].isin(resampled.values)]
    rows = []
    for (model, at), group in decisions.groupby(["model", "at"], sort=False):
        cells = {
            METRICS[row.metric].title: f"{row.value:.2f}"
            if pd.isna(row.low)
            else f"{row.value:.2f} [{row.low:.2f}, {row.high:.2f}]"
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
        sd = None if pd.isna(row.seed_deviation) else metric.format(row.seed_deviation)
        values = (metric.format(row.value), f"{low} to {high}", sd)
        rows.append((title(row.model), metric.title, *values))
    columns = ["model", "metric", "value", "95 % interval", "deviation of seeds"]
    return table(pd.DataFrame(rows, columns=columns), caption=caption)


def standard_metrics_table(values: pd.DataFrame, *, caption: str) -> Html:
    """Metrics of each model, from `runs.tables.standard_metrics`."""
    shown = {"model": values.index}
    for name in values:
        metric = METRICS[name]
        column = [None if pd.isna(v) else metric.format(v) for v in values[name]]
        shown[metric.title] = column
    high = [METRICS[name].title for name in values if METRICS[name].higher_is_better]
    caption += f". Lower is better, but for {' and '.join(high)}"
    return table(pd.DataFrame(shown), caption=caption)


def verdicts_table(
    found: Mapping[str, Sequence[Verdict]], n_clips: Mapping[str, int], *, caption: str
) -> Html:
    """The claims, their verdicts on each set, and what these clips could have shown.

    Parameters
    ----------
    found : "dev" or "eval" -> verdicts.
    n_clips : number of clips of each.
    """
    rows = []
    pairs = [(part, one) for part, verdicts in found.items() for one in verdicts]
    for part, verdict in sorted(pairs, key=lambda pair: pair[1].key):
        first = verdict.findings[0]
        low, high = (100 * limit for limit in first.interval)
        enough = first.n_seeds > MIN_SEEDS  # else Student's t of one degree: of no use
        detectable = 100 * first.estimate.detectable() if enough else None
        clips = n_clips[part] * first.estimate.more_speakers(first.margin)
        needed = "decided" if verdict.verdict != UNDECIDED else "more seeds first"
        if needed != "decided" and enough and np.isfinite(clips):
            needed = cell_text(int(float(f"{clips:.1g}")))
            needed = needed if clips > n_clips[part] else "not clips alone"
        rows.append(
            {
                "claim": f"{verdict.key}: {verdict.statement}",
                "dataset": PARTS[part],
                "verdict": verdict.verdict,
                "decisive effect": first.name,
                "95 % interval, points": f"{low:+.1f} to {high:+.1f}" * enough or None,
                "detectable, points": detectable,
                "clips needed": needed,
            }
        )
    shown = pd.DataFrame(rows)
    shown.loc[shown["claim"].duplicated(), "claim"] = ""  # said in the row above
    return table(shown, caption=caption, formats={"detectable, points": ".1f"})
