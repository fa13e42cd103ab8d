"""Runs as numbers: one row a run and partition; matrices and histories by model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from antispoof import metrics
from antispoof.conventions import LABELS
from antispoof.models import TITLES
from antispoof.runs.record import SCORED, Run


def results(runs: Sequence[Run]) -> pd.DataFrame:
    """Headline numbers of every run on dev and eval, decisions at score 0.

    Returns
    -------
    DataFrame with ``model``, ``title``, ``seed``, ``partition``, ``macro_f1``,
    ``accuracy``, ``balanced_accuracy``, ``eer``, ``recall_spoof``, ``recall_bonafide``,
    ``share_spoof`` (decided spoof), ``n``, and of the constant answer
    ``always_spoof_macro_f1`` and ``always_spoof_accuracy``.
    """
    return pd.DataFrame([_row(run, p) for run in runs for p in SCORED])


def confusion(runs: Sequence[Run], partition: str) -> np.ndarray:
    """(2, 2) confusion matrix at score 0, averaged over the runs; order of LABELS."""
    matrices = [
        metrics.confusion_matrix(*scores_and_labels(r, partition)) for r in runs
    ]
    return np.mean(matrices, axis=0)


def confusions(runs: Sequence[Run]) -> dict[tuple[str, str], np.ndarray]:
    """(model's title, partition) -> `confusion` of the model's runs."""
    return {
        (TITLES[name], part): confusion(group, part)
        for name, group in by_model(runs).items()
        for part in SCORED
    }


def tables(runs: Sequence[Run], partition: str) -> dict[str, list[pd.DataFrame]]:
    """Model -> the score table of each of its runs, as `statistics` takes them."""
    grouped = by_model(runs).items()
    return {name: [run.scores(partition) for run in group] for name, group in grouped}


def attack_rates(runs: Sequence[Run], partition: str) -> dict[str, dict[str, float]]:
    """Model's title -> attack -> EER against all bona fide trials, mean over seeds."""
    return {
        TITLES[name]: pd.DataFrame([_per_attack(r, partition) for r in group])
        .mean()
        .to_dict()
        for name, group in by_model(runs).items()
    }


def histories(runs: Sequence[Run]) -> dict[str, list[pd.DataFrame]]:
    """Model's title -> the history of each of its runs."""
    grouped = by_model(runs).items()
    return {TITLES[name]: [run.history for run in group] for name, group in grouped}


def scores_and_labels(run: Run, partition: str) -> tuple[np.ndarray, np.ndarray]:
    """(n,) scores and (n,) class indices of a run on a partition."""
    frame = run.scores(partition)
    labels = np.array([LABELS.index(x) for x in frame["label"]], np.int64)
    return frame["score"].to_numpy(float), labels


def by_model(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs grouped by model, in the order of `models.TITLES`, seeds rising."""
    found = {name: [r for r in runs if r.model_name == name] for name in TITLES}
    return {n: sorted(rs, key=lambda r: r.seed) for n, rs in found.items() if rs}


def _per_attack(run: Run, partition: str) -> dict[str, float]:
    attacks = run.scores(partition)["attack"].to_numpy()
    return metrics.per_attack(*scores_and_labels(run, partition), attacks)


def _row(run: Run, partition: str) -> dict:
    scores, labels = scores_and_labels(run, partition)
    point = metrics.operating_point(scores, labels, threshold=0.0)
    return {
        "model": run.model_name,
        "title": TITLES[run.model_name],
        "seed": run.seed,
        "partition": partition,
        "macro_f1": point.macro_f1,
        "accuracy": point.accuracy,
        "balanced_accuracy": point.balanced_accuracy,
        "eer": metrics.eer(scores, labels),
        "recall_spoof": point.recall_spoof,
        "recall_bonafide": point.recall_bonafide,
        "share_spoof": point.predicted_spoof,
        "n": len(labels),
        "always_spoof_macro_f1": metrics.always_spoof(labels).macro_f1,
        "always_spoof_accuracy": metrics.always_spoof(labels).accuracy,
    }
