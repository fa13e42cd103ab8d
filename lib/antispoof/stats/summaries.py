"""Tables for a report: every metric at every operating point, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.stats.bootstrap import RATES, BootstrapResult
from antispoof.stats.panel import Panel

SUMMARISED = ("accuracy", "macro_f1", "balanced_accuracy")
THRESHOLDS = 200  # points of a lean curve


def summary(
    resampled: BootstrapResult, *, metrics: Sequence[str] = SUMMARISED
) -> pd.DataFrame:
    """Estimates with 95 % intervals, averaged over seeds.

    Parameters
    ----------
    resampled : of one or more models.
    metrics : names of rates, each shown at every operating point.

    Returns
    -------
    DataFrame, one row an estimate: ``model``, ``at`` (operating point, "" for what
    has none), ``metric``, ``value``, ``low``, ``high``, ``seed_deviation`` (standard
    deviation between seeds; NaN for one). The curve metrics, such as the EER, come with
    ``at`` ""; the constant answer with the model "always-spoof".
    """
    rows = []
    for model in resampled.panel.models:
        for metric in resampled.curves:
            rows.append(_row(resampled, model, "", metric))
        for at in resampled.confusions:
            for metric in metrics:
                rows.append(_row(resampled, model, at, metric))
    return pd.DataFrame(rows + _constant_rows(resampled.panel, metrics))


def spoof_rate_curve(panel: Panel, *, n_thresholds: int = THRESHOLDS) -> pd.DataFrame:
    """How the lean to spoof moves with the threshold, averaged over seeds.

    Parameters
    ----------
    panel : scores of models by seeds.
    n_thresholds : how many, from the lowest to the highest of all scores' central
        99 %, with zero among them.

    Returns
    -------
    DataFrame with ``model``, ``threshold``, ``predicted_spoof_rate``, ``recall_spoof`` and
    ``recall_bonafide``, thresholds rising.
    """
    everything = np.concatenate([rows.ravel() for rows in panel.scores.values()])
    low, high = np.quantile(everything, [0.005, 0.995])
    thresholds = np.union1d(np.linspace(low, high, n_thresholds - 1), [0.0])
    frames = []
    for model, rows in panel.scores.items():
        rejected = {
            label: np.mean(
                [_share_below(row[panel.labels == label], thresholds) for row in rows],
                axis=0,
            )
            for label in (SPOOF, BONAFIDE)
        }
        share = np.bincount(panel.labels, minlength=2) / panel.labels.size
        frames.append(
            pd.DataFrame(
                {
                    "model": model,
                    "threshold": thresholds,
                    "predicted_spoof_rate": share[SPOOF] * rejected[SPOOF]
                    + share[BONAFIDE] * rejected[BONAFIDE],
                    "recall_spoof": rejected[SPOOF],
                    "recall_bonafide": 1 - rejected[BONAFIDE],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _share_below(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.sort(scores), thresholds, side="right") / scores.size


def _row(resampled: BootstrapResult, model: str, at: str, metric: str) -> dict:
    quantity = resampled.quantity(metric, model, at=at)
    low, high = quantity.estimate.rate_interval()
    n_seeds = len(quantity.per_seed)
    return {
        "model": model,
        "at": at,
        "metric": metric,
        "value": quantity.value,
        "low": low,
        "high": high,
        "seed_deviation": quantity.per_seed.std(ddof=1) if n_seeds > 1 else np.nan,
    }


def _constant_rows(panel: Panel, metrics: Sequence[str]) -> list[dict]:
    n_spoof, n_bonafide = np.bincount(panel.labels, minlength=2)
    answers = {
        "always-spoof": np.array([[n_spoof, 0], [n_bonafide, 0]]),
        "always-bonafide": np.array([[0, n_spoof], [0, n_bonafide]]),
    }
    return [
        {
            "model": name,
            "at": "",
            "metric": metric,
            "value": float(RATES[metric](confusion)),
        }
        for name, confusion in answers.items()
        for metric in metrics
        for rate in [RATES[metric](confusion)]
    ]
