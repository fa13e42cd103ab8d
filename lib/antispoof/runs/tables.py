"""Runs as numbers: one row a run and partition; matrices and histories by model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from antispoof import metrics
from antispoof.constants import LABELS
from antispoof.models import TITLES
from antispoof.runs.record import SCORED, Run


def results(runs: Sequence[Run]) -> pd.DataFrame:
    """Headline numbers of every run on dev and eval, decisions at score 0.

    Returns
    -------
    DataFrame with ``model``, ``title``, ``seed``, ``partition``, ``macro_f1``,
    ``accuracy``, ``balanced_accuracy``, ``eer``, ``recall_spoof``, ``recall_bonafide``,
    ``spoof_rate`` (decided spoof), ``n``, and of the constant answer
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


def by_epochs(
    runs: Sequence[Run], partition: str
) -> dict[str, dict[int, list[pd.DataFrame]]]:
    """Model -> epochs of the config -> score tables, one a seed, seeds rising."""
    return {
        model: {
            epochs: [r.scores(partition) for r in group if r.config.epochs == epochs]
            for epochs in sorted({run.config.epochs for run in group})
        }
        for model, group in by_model(runs).items()
    }


def per_attack_eer(runs: Sequence[Run], partition: str) -> dict[str, dict[str, float]]:
    """Model's title -> attack -> EER against all bona fide trials, mean over seeds."""
    return {
        TITLES[name]: pd.DataFrame([_per_attack(r, partition) for r in group])
        .mean()
        .to_dict()
        for name, group in by_model(runs).items()
    }


def standard_metrics(runs: Sequence[Run]) -> pd.DataFrame:
    """The field's measures on eval, mean over seeds: one row a model.

    Returns
    -------
    DataFrame indexed by the model's title with ``eer`` (as the organisers have it),
    ``eer_hull``, ``auc``, ``min_dcf``, ``actual_dcf``, ``min_cllr`` and ``cllr``; the
    actual DCF and the Cllr are of scores calibrated on dev.
    """
    return pd.DataFrame(
        {
            TITLES[name]: pd.DataFrame([_field_row(run) for run in group]).mean()
            for name, group in by_model(runs).items()
        }
    ).T


def histories(runs: Sequence[Run]) -> dict[str, list[pd.DataFrame]]:
    """Model's title -> the history of each of its runs."""
    grouped = by_model(runs).items()
    return {TITLES[name]: [run.history for run in group] for name, group in grouped}


def scores_and_labels(run: Run, partition: str) -> tuple[np.ndarray, np.ndarray]:
    """(n,) scores and (n,) class indices of a run on a partition."""
    frame = run.scores(partition)
    labels = np.array([LABELS.index(x) for x in frame["label"]], np.int64)
    return frame["score"].to_numpy(float), labels


def thresholds(run: Run, partition: str) -> dict[str, float]:
    """The three thresholds at which a run is judged on a partition.

    Returns
    -------
    ``zero``; ``dev``, chosen on dev; ``oracle``, the best on these very trials.
    """
    chosen = metrics.choose_threshold(*scores_and_labels(run, "dev"), partition="dev")
    points = metrics.operating_points(
        *scores_and_labels(run, partition), dev_threshold=chosen
    )
    return {name: point.threshold for name, point in points.items()}


def by_model(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs grouped by model, in the order of `models.TITLES`, seeds rising."""
    found = {name: [r for r in runs if r.model_name == name] for name in TITLES}
    return {n: sorted(rs, key=lambda r: r.seed) for n, rs in found.items() if rs}


def _per_attack(run: Run, partition: str) -> dict[str, float]:
    attacks = run.scores(partition)["attack"].to_numpy()
    return metrics.per_attack(*scores_and_labels(run, partition), attacks)


def _field_row(run: Run) -> dict[str, float]:
    scores, labels = scores_and_labels(run, "eval")
    line = metrics.fit_calibration(*scores_and_labels(run, "dev"), partition="dev")
    ratios = line.log_likelihood_ratios(scores)
    return {
        "eer": metrics.eer(scores, labels),
        "eer_hull": metrics.eer(scores, labels, method="hull"),
        "auc": metrics.auc(scores, labels),
        "min_dcf": metrics.min_dcf(scores, labels),
        "actual_dcf": metrics.actual_dcf(ratios, labels),
        "min_cllr": metrics.min_cllr(scores, labels),
        "cllr": metrics.cllr(ratios, labels),
    }


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
        "spoof_rate": point.predicted_spoof_rate,
        "n": len(labels),
        "always_spoof_macro_f1": metrics.always_spoof(labels).macro_f1,
        "always_spoof_accuracy": metrics.always_spoof(labels).accuracy,
    }
