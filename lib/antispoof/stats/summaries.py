"""Tables for a report: every metric at every operating point, with its interval."""

import numpy as np
import pandas as pd

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.metrics import METRICS, confusion_matrix, constant_answer, select_metrics
from antispoof.stats.bootstrap import BootstrapResult
from antispoof.stats.panel import Panel


def summary(resampled: BootstrapResult) -> pd.DataFrame:
    """Estimates with 95 % intervals, averaged over seeds.

    Returns
    -------
    DataFrame, one row per estimate: ``model``, ``at`` (operating point, "" for a metric
    that has none), ``metric``, ``value``, ``low``, ``high``, ``seed_deviation``
    (standard deviation between seeds; NaN for one). Metrics of decisions are those of
    ``METRICS`` with ``main``; the constant answers are the models "always-spoof" and
    "always-bonafide", without intervals.
    """
    main = select_metrics("confusion", main=True)
    cells = [("", name) for name in resampled.values]
    cells += [(at, name) for at in resampled.confusions for name in main]
    confusion = next(iter(resampled.confusions["zero"].values()))[0, 0]
    rows = []
    for model in resampled.panel.models:
        for at, metric in cells:
            quantity = resampled.quantity(metric, model, at=at or "zero")
            low, high = resampled.interval(metric, model, at=at or "zero")
            several = len(quantity.per_seed) > 1
            deviation = quantity.per_seed.std(ddof=1) if several else np.nan
            rows.append((model, at, metric, quantity.value, low, high, deviation))
    for model, answer in (("always-spoof", SPOOF), ("always-bonafide", BONAFIDE)):
        for name, metric in main.items():
            value = float(metric.fn(constant_answer(confusion, answer)))
            rows.append((model, "", name, value, np.nan, np.nan, np.nan))
    columns = ["model", "at", "metric", "value", "low", "high", "seed_deviation"]
    return pd.DataFrame(rows, columns=columns)


def spoof_rate_curve(panel: Panel, *, n_thresholds: int = 200) -> pd.DataFrame:
    """How the rate of trials decided spoof moves with the threshold, mean over seeds.

    Parameters
    ----------
    panel : scores of models by seeds.
    n_thresholds : how many, over the central 99 % of all scores, with zero among them.

    Returns
    -------
    DataFrame with ``model``, ``threshold``, ``predicted_spoof_rate``, ``recall_spoof``
    and ``recall_bonafide``, thresholds rising.
    """
    all_scores = np.concatenate([rows.ravel() for rows in panel.scores.values()])
    low, high = np.quantile(all_scores, [0.005, 0.995])
    thresholds = np.union1d(np.linspace(low, high, n_thresholds - 1), [0.0])
    names = ("predicted_spoof_rate", "recall_spoof", "recall_bonafide")
    frames = []

    def at_each(row: np.ndarray) -> list[np.ndarray]:
        return [confusion_matrix(row, panel.labels, threshold=t) for t in thresholds]

    for model, rows in panel.scores.items():
        matrices = np.array([at_each(row) for row in rows])
        means = {name: METRICS[name](matrices).mean(0) for name in names}
        frames.append(pd.DataFrame({"model": model, "threshold": thresholds, **means}))
    return pd.concat(frames, ignore_index=True)
