"""Models side by side: every estimate with its interval, at every operating point."""

from __future__ import annotations

import pandas as pd

from antispoof.models import TITLES
from antispoof.stats import BootstrapResult, summary
from antispoof_report.claims.verdicts import Verdict
from antispoof_report.html import Html
from antispoof_report.tables import table

POINTS = {"zero": "zero", "dev": "chosen on dev", "oracle": "oracle (no choice)"}
METRICS = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "balanced_accuracy": "balanced accuracy",
}
FIELD = {
    "eer": ("EER", ".1%"),
    "eer_hull": ("EER, ROC hull", ".1%"),
    "auc": ("AUC", ".3f"),
    "min_dcf": ("min DCF", ".3f"),
    "actual_dcf": ("actual DCF", ".3f"),
    "min_cllr": ("min Cllr", ".3f"),
    "cllr": ("Cllr", ".3f"),
}


def comparison_table(resampled: BootstrapResult, *, caption: str) -> Html:
    """Accuracy, macro-F1 and balanced accuracy with 95 % intervals.

    A row a model and operating point; the constant answers stand below.
    """
    found = summary(resampled)
    found = found[found["metric"].isin(METRICS)]
    rows = []
    for (name, at), group in found.groupby(["model", "at"], sort=False, dropna=False):
        cells = {
            METRICS[row.metric]: _with_interval(row.value, row.low, row.high)
            for row in group.itertuples()
        }
        threshold = POINTS.get(at, "none")
        rows.append({"model": TITLES.get(name, name), "threshold": threshold} | cells)
    return table(pd.DataFrame(rows), caption=caption)


def eer_table(resampled: BootstrapResult, *, caption: str) -> Html:
    """EER of each model, its 95 % interval, and its deviation between seeds."""
    found = summary(resampled)
    rows = [
        {
            "model": TITLES[row.model],
            "EER": f"{row.value:.1%}",
            "95 % interval": f"{row.low:.1%} to {row.high:.1%}",
            "deviation of seeds": "–"
            if pd.isna(row.seed_deviation)
            else f"{row.seed_deviation:.1%}",
        }
        for row in found[found["metric"] == "eer"].itertuples()
    ]
    return table(pd.DataFrame(rows), caption=caption)


def field_table(measures: pd.DataFrame, *, caption: str) -> Html:
    """The field's measures of each model, from `runs.standard_metrics`."""
    shown = pd.DataFrame(
        {
            "model": measures.index,
            **{
                name: [f"{value:{form}}" for value in measures[column]]
                for column, (name, form) in FIELD.items()
            },
        }
    )
    return table(shown, caption=caption)


def verdicts_table(verdicts: list[Verdict], *, caption: str) -> Html:
    """The claims, what became of them, and the decisive effect."""
    rows = []
    for verdict in verdicts:
        low, high = verdict.interval
        rows.append(
            {
                "claim": f"{verdict.key}: {verdict.statement}",
                "verdict": verdict.verdict,
                "decisive effect": verdict.findings[0].name,
                "value": f"{verdict.estimate:+.3f}",
                "95 % interval": f"{low:+.3f} to {high:+.3f}",
                "seeds agreeing": f"{verdict.seeds_agreeing} of {verdict.n_seeds}",
            }
        )
    return table(pd.DataFrame(rows), caption=caption)


def _with_interval(value: float, low: float, high: float) -> str:
    if pd.isna(low):
        return f"{value:.3f}"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
