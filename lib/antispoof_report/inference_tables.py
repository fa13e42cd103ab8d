"""Predictions for single clips, and how far they can be trusted, as text and tables.

Intervals are those of :mod:`antispoof.stats`: speakers are drawn with their trials, one
fewer than there are, and the standard error is multiplied by Student's t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from antispoof import metrics
from antispoof.augment.conditions import CLEAN, FORMATS
from antispoof.constants import BONAFIDE, LABELS, label_indices
from antispoof.inference import (
    Calibration,
    Detector,
    Prediction,
    describe_detector,
    format_prediction,
)
from antispoof.inference.calibration import CONFIDENCE
from antispoof.stats import BootstrapDistribution, Estimate
from antispoof_report.glue_values import glue
from antispoof_report.html import Html
from antispoof_report.quoted_results import UNKNOWN
from antispoof_report.run_tables import NARROW, missing_runs
from antispoof_report.tables import table

N_REPLICATES = 500
N_BINS = 5  # of a reliability diagram of some dozens of trials
ALPHA = 0.05  # of a sign test
QUOTED = (
    *("eer", "n", "ece", "chance_ece", "first_window_ece", "coverage"),
    *("selective_error", "moved", "explained", "random", "further", "reasons"),
    *("n_train", "threshold"),
)


def answers(predictions: Sequence[Prediction], detector: Detector | None) -> Html:
    """Predictions in words, and once what their detector knows and does not know.

    Without a detector, a sentence that weights are missing.
    """
    if detector is None:
        text = "An answer: this copy of the library has no pretrained weights."
        return Html(f"<p><em>{escape(text)}</em></p>", text)
    texts = [f"{p.clip}: {p.error or format_prediction(p)}." for p in predictions]
    note = describe_detector(detector)
    lines = "".join(f"<p><strong>{escape(text)}</strong></p>" for text in texts)
    html = (
        f'<div class="report-answer" role="note">{lines}'
        f"<p><small>{escape(note)}</small></p></div>"
    )
    return Html(html, "\n".join([*texts, note]))


def attacks_table(measured: pd.DataFrame | None) -> Html:
    """EER of each attack of eval against all real clips, where there are enough."""
    if measured is None:
        return missing_runs("Measured errors")
    trials = select_condition(measured)
    labels = label_indices(trials["label"])
    rates = metrics.per_attack(
        trials["score"], labels, trials["attack"], min_trials=metrics.MIN_TRIALS
    )
    n = trials["attack"].value_counts()
    rows = [
        (attack, int(n[attack]), None if np.isnan(rate) else _percent(rate))
        for attack, rate in rates.items()
    ]
    frame = pd.DataFrame(rows, columns=["Attack", "Clips", "EER"])
    caption = (
        f"Error by attack against {labels.sum()} real evaluation clips; none is given"
        f" for fewer than {metrics.MIN_TRIALS} clips"
    )
    return table(frame, caption=caption)


def robustness_table(measured: pd.DataFrame | None) -> Html:
    """EER under each condition, and its difference from the clips as they are."""
    if measured is None:
        return missing_runs("Measured errors")
    clean = select_condition(measured)
    rows = []
    for name in dict.fromkeys(measured["condition"]):
        if name in FORMATS:
            continue
        both = clean.assign(changed=select_condition(measured, name)["score"])
        cost = estimate(both, lambda t: _eer(t, "changed") - _eer(t, "score"))
        low, high = cost.interval()
        interval = f"{100 * low:+.1f} to {100 * high:+.1f}"
        shown = (f"{100 * cost.value:+.1f}", interval)
        eer = _percent(_eer(both, "changed"))
        rows.append((name, eer, *((None, None) if name == CLEAN else shown)))
    frame = pd.DataFrame(rows, columns=["Clips", "EER", "Cost (points)", "95 %"])
    return table(frame, caption="What happens to a clip, and what it costs")


def calibration_table(measured: pd.DataFrame | None, detector: Detector | None) -> Html:
    """How true the stated probabilities are, and how many decided answers are wrong."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    calibration, trials = detector.calibration, select_condition(measured)
    chance = _percent(expected_ece(trials, calibration))
    rows = []
    for name, measure in (
        ("calibration error (ECE)", calibration_error),
        ("fraction of clips that get an answer", coverage),
        ("wrong among those answers", selective_error),
    ):
        found = estimate(trials, lambda t, f=measure: f(t, calibration))
        low, high = map(_percent, found.rate_interval())
        rows.append((name, _percent(found.value), f"{low} to {high}"))
    rows.insert(1, ("ECE of so few clips by chance", chance, None))
    frame = pd.DataFrame(rows, columns=["Measure", "Value", "95 %"])
    return table(frame, caption="How far to trust it, evaluation clips")


def formats_table(measured: pd.DataFrame | None, detector: Detector | None) -> Html:
    """How far the probability moves when a clip is saved in another format."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    moved = probability_shift(measured, detector.calibration)
    frame = pd.DataFrame(
        {"Saved as": moved.index, "Median change of the probability": moved.to_numpy()}
    )
    return table(frame, caption="One clip, several files")


def glue_inference(
    detector: Detector | None,
    measured: pd.DataFrame | None,
    deletion: pd.DataFrame | None,
    calibrated: pd.DataFrame | None,
) -> None:
    """Glue what pages quote of a detector; a dash for each value that is missing."""
    quoted = dict.fromkeys(QUOTED, UNKNOWN)
    if detector is not None:
        quoted["n_train"] = str(detector.metadata["corpus"]["n_train"])
        quoted["threshold"] = f"{detector.calibration.threshold:.2f}"
    if detector is not None and measured is not None:
        calibration, trials = detector.calibration, select_condition(measured)
        quoted |= {
            "eer": _percent(_eer(trials)),
            "n": str(len(trials)),
            "ece": f"{calibration_error(trials, calibration):.2f}",
            "chance_ece": f"{expected_ece(trials, calibration):.2f}",
            "coverage": _percent(coverage(trials, calibration)),
            "selective_error": _percent(selective_error(trials, calibration)),
            "moved": f"{probability_shift(measured, calibration).max():.3f}",
        }
    if measured is not None and calibrated is not None:
        first_window = Calibration.fit(
            calibrated["first_window_score"],
            label_indices(calibrated["label"]),
            partition="dev",
        )
        error = calibration_error(select_condition(measured), first_window)
        quoted["first_window_ece"] = f"{error:.2f}"
    if deletion is not None:
        n_further = int((deletion["explained"] > deletion["random"]).sum())
        test = binomtest(n_further, len(deletion), alternative="greater")
        quoted |= {
            "explained": f"{deletion['explained'].median():.2f}",
            "random": f"{deletion['random'].median():.2f}",
            "further": f"{n_further} of {len(deletion)}",
            "reasons": "more often" if test.pvalue <= ALPHA else "no more often",
        }
    for name, text in quoted.items():
        glue(f"check_{name}", text)


def select_condition(measured: pd.DataFrame, name: str = CLEAN) -> pd.DataFrame:
    """The trials of one condition, in the order in which they were measured."""
    return measured[measured["condition"] == name].reset_index(drop=True)


def reliability(trials: pd.DataFrame, calibration: Calibration) -> metrics.Reliability:
    """Stated probabilities and observed frequencies of trials, in five bins."""
    log_odds = calibration.log_odds(trials["score"])
    return metrics.reliability(log_odds, label_indices(trials["label"]), n_bins=N_BINS)


def calibration_error(trials: pd.DataFrame, calibration: Calibration) -> float:
    """ECE of the stated probabilities."""
    return reliability(trials, calibration).calibration_error


def expected_ece(trials: pd.DataFrame, calibration: Calibration) -> float:
    """The ECE that so few trials have by chance if every probability is true."""
    rng = np.random.default_rng(2019)
    probability = calibration.probability(trials["score"])
    labels = np.array(LABELS)
    drawn = (
        trials.assign(label=labels[(rng.random(len(trials)) < probability).astype(int)])
        for _ in range(N_REPLICATES)
    )
    return float(np.mean([calibration_error(one, calibration) for one in drawn]))


def coverage(trials: pd.DataFrame, calibration: Calibration) -> float:
    """Fraction of trials whose answer is not "uncertain"."""
    probability = calibration.probability(trials["score"])
    return float((np.maximum(probability, 1 - probability) >= CONFIDENCE).mean())


def selective_error(trials: pd.DataFrame, calibration: Calibration) -> float:
    """Fraction of wrong answers among the decided ones; NaN where none is."""
    probability = calibration.probability(trials["score"])
    decided = np.maximum(probability, 1 - probability) >= CONFIDENCE
    wrong = (probability >= CONFIDENCE) != (label_indices(trials["label"]) == BONAFIDE)
    return float(wrong[decided].mean()) if decided.any() else float("nan")


def probability_shift(measured: pd.DataFrame, calibration: Calibration) -> pd.Series:
    """Format -> median change of the probability by saving a clip in it."""

    def probability(name: str) -> np.ndarray:
        return calibration.probability(select_condition(measured, name)["score"])

    clean = probability(CLEAN)
    return pd.Series({f: np.median(np.abs(probability(f) - clean)) for f in FORMATS})


def estimate(
    trials: pd.DataFrame, measure: Callable[[pd.DataFrame], float]
) -> Estimate:
    """A measure of trials, with its variance between speakers.

    A replicate that lacks a class does not count, nor one where the measure is NaN.
    """
    rng = np.random.default_rng(2019)
    groups = list(trials.groupby("speaker").indices.values())
    replicates = []
    for _ in range(N_REPLICATES):
        drawn = rng.integers(len(groups), size=len(groups) - 1)
        replicate = trials.iloc[np.concatenate([groups[i] for i in drawn])]
        both = replicate["label"].nunique() == len(LABELS)
        replicates.append(measure(replicate) if both else float("nan"))
    value = measure(trials)
    return BootstrapDistribution(
        value=value,
        per_seed=np.array([value]),
        replicates=np.array(replicates),
        seed_replicates=np.full(N_REPLICATES, value),
        n_units=len(groups),
    ).estimate


def _eer(trials: pd.DataFrame, column: str = "score") -> float:
    return metrics.eer(trials[column], label_indices(trials["label"]))


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}{NARROW}%"
