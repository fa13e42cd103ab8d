"""Runs as numbers: one row per run and partition; matrices by model."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from antispoof import metrics, models
from antispoof.calibration import Calibration
from antispoof.constants import SPOOF
from antispoof.runs.record import Run


def results_frame(runs: Sequence[Run]) -> pd.DataFrame:
    """Metrics of every run on every scored partition, decisions at score 0.

    Returns
    -------
    DataFrame with ``model``, ``title``, ``seed``, ``partition``, ``n`` (trials), every
    metric of ``METRICS`` that needs no calibration under its name, and every metric of
    decisions of the constant answer as ``always_spoof_<name>``.
    """
    decisions = metrics.select_metrics("confusion")
    wanted = {**decisions, **metrics.select_metrics("scores", "curve")}
    rows = []
    for run in runs:
        for partition in run.partitions:
            scores, labels = run.scores_and_labels(partition)
            name = run.config.model
            head = {"model": name, "title": models.title(name), "seed": run.seed}
            head |= {"partition": partition, "n": len(labels)}
            values = metrics.compute_metrics(scores, labels, metrics=wanted)
            matrix = metrics.confusion_matrix(scores, labels)
            constant = metrics.constant_answer(matrix, SPOOF)
            of_constant = {
                f"always_spoof_{key}": float(metric(constant))
                for key, metric in decisions.items()
            }
            rows.append(head | values | of_constant)
    return pd.DataFrame(rows)


def confusions(runs: Sequence[Run]) -> dict[tuple[str, str], np.ndarray]:
    """(model's title, partition) -> (2, 2) mean confusion matrix of its runs, at 0."""
    return {
        (models.title(name), partition): np.mean(
            [metrics.confusion_matrix(*r.scores_and_labels(partition)) for r in group],
            axis=0,
        )
        for name, group in by_model(runs).items()
        for partition in group[0].partitions
    }


def score_tables(runs: Sequence[Run], partition: str) -> dict[str, list[pd.DataFrame]]:
    """Model -> the score table of each of its runs, as `make_panel` takes them."""
    grouped = by_model(runs).items()
    return {name: [run.scores(partition) for run in group] for name, group in grouped}


def per_attack_eer(runs: Sequence[Run], partition: str) -> pd.DataFrame:
    """EER of each attack against all bona fide trials, mean over seeds.

    Returns
    -------
    DataFrame with one row per attack, named such as "A07 (n = 12)", and one column per
    model's title; NaN with fewer than ``MIN_TRIALS`` trials of a class.
    """

    def of_run(run: Run) -> dict[str, float]:
        attacks = run.scores(partition)["attack"]
        pair, n = run.scores_and_labels(partition), attacks.value_counts()
        errors = metrics.per_attack(*pair, attacks.tolist())
        return {f"{name} (n = {n[name]})": error for name, error in errors.items()}

    return _means(runs, of_run)


def standard_metrics(runs: Sequence[Run], partition: str = "eval") -> pd.DataFrame:
    """Every metric of ``METRICS`` without a threshold, mean over seeds.

    Returns
    -------
    DataFrame indexed by the model's title, one column per metric. Those of
    log-likelihood ratios are of scores calibrated on dev; NaN without dev.
    """
    wanted = metrics.select_metrics("scores", "curve", "llr")

    def of_run(run: Run) -> dict[str, float]:
        scores, labels = run.scores_and_labels(partition)
        dev, ratios = _dev(run), None
        if dev is not None:
            ratios = Calibration.fit(*dev, partition="dev").log_odds(scores)
        return metrics.compute_metrics(scores, labels, ratios=ratios, metrics=wanted)

    return _means(runs, of_run).T


def thresholds(run: Run, partition: str) -> dict[str, float]:
    """Operating point -> threshold at which the decisions of a run are shown.

    See :func:`antispoof.metrics.operating_thresholds`.
    """
    pair = run.scores_and_labels(partition)
    return metrics.operating_thresholds(*pair, dev=_dev(run))


def _dev(run: Run) -> tuple[np.ndarray, np.ndarray] | None:
    return run.scores_and_labels("dev") if "dev" in run.partitions else None


def _means(runs: Sequence[Run], of_run: Callable) -> pd.DataFrame:
    """Means over the runs of a model of what is found for each; a column per title."""
    groups = by_model(runs).items()
    means = {name: pd.DataFrame(map(of_run, group)).mean() for name, group in groups}
    return pd.DataFrame(means).rename(columns=models.title)


def by_model(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs grouped by model, in the order of `models.MODELS`, seeds rising."""
    groups = {m: [r for r in runs if r.config.model == m] for m in models.MODELS}
    return {n: sorted(g, key=lambda run: run.seed) for n, g in groups.items() if g}
