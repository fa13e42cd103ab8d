"""Predictions for single clips, and how far they can be trusted, as text and tables.

The tables of measurements are those of ``tools/export_weights.py``;
intervals are those of :mod:`antispoof.stats`, over speakers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from antispoof import metrics
from antispoof.calibration import Calibration
from antispoof.constants import BONAFIDE, label_indices
from antispoof.inference.detector import PRETRAINED_DIR, Detector, describe_detector
from antispoof.inference.prediction import Prediction, format_prediction
from antispoof.metrics import Metric, Reliability
from antispoof.stats import BootstrapResult, make_panel, resample
from antispoof.stats.estimates import combine
from antispoof_report.glue_values import glue
from antispoof_report.html import Html
from antispoof_report.quoted_results import UNKNOWN
from antispoof_report.run_tables import NARROW, missing_runs
from antispoof_report.tables import table

# Conditions in the tables of ``tools/export_weights.py``: the clip itself, and the same
# clip in another file, which should make no difference.
CLEAN = "as it is"
FORMATS = ("WAV at 44.1 kHz", "FLAC at 48 kHz", "m4a at 44.1 kHz")
N_REPLICATES = 500
N_BINS = 5  # of a reliability diagram of some dozens of trials
SEED = 2019
QUOTED = (
    *(
        "eer",
        "n",
        "n_train",
        "systems",
        "ece",
        "chance_ece",
        "first_window_ece",
        "coverage",
    ),
    *("selective_error", "accused", "found", "moved"),
)
Table = pd.DataFrame | None  # without pretrained weights there are no measurements


def answers(predictions: Sequence[Prediction], detector: Detector | None) -> Html:
    """Predictions in words, and once what their detector knows and does not know.

    Without a detector, a sentence that weights are missing.
    """
    if detector is None:
        return missing_runs("An answer", "pretrained weights")
    texts = [f"{p.clip}: {format_prediction(p)}" for p in predictions]
    note = describe_detector(detector)
    lines = [f"<p><strong>{escape(text)}</strong></p>" for text in texts]
    lines.append(f"<p><small>{escape(note)}</small></p>")
    html = f'<div class="report-answer" role="note">{"".join(lines)}</div>'
    return Html(html, "\n".join([*texts, note]))


def attacks_table(measured: Table) -> Html:
    """EER of each attack of eval against all real clips, where there are enough."""
    if measured is None:
        return missing_runs("Measured errors")
    trials = select_condition(measured)
    labels, n = label_indices(trials["label"]), trials["attack"].value_counts()
    rates = metrics.per_attack(trials["score"], labels, trials["attack"])
    rows = [(attack, int(n[attack]), _percent(rate)) for attack, rate in rates.items()]
    frame = pd.DataFrame(rows, columns=["Attack", "Clips", "EER"])
    caption = f"Error by attack against {labels.sum()} real evaluation clips; none is"
    caption += f" given for fewer than {metrics.MIN_TRIALS} clips"
    return table(frame, caption=caption)


def robustness_table(measured: Table, detector: Detector | None) -> Html:
    """EER under each condition, its cost, and the median change of the probability."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    names = list(dict.fromkeys(measured["condition"]))
    # Some clips only are scored under every condition.
    changed = measured.loc[measured["condition"] == names[-1], "utt_id"]
    measured = measured[measured["utt_id"].isin(changed)]
    found = _resample(measured, names, {"eer": metrics.METRICS["eer"]})
    moved = probability_shift(measured, detector.calibration)
    rows = []
    for name in names:
        eer, clean = found.quantity("eer", name), found.quantity("eer", CLEAN)
        estimate = combine(np.subtract, eer, clean).estimate
        cost, low, high = 100 * np.array([estimate.value, *estimate.interval()])
        changes = (f"{cost:+.1f}", f"{low:+.1f} to {high:+.1f}", f"{moved[name]:.3f}")
        changes = [None] * 3 if name == CLEAN else changes
        rows.append((name, _percent(eer.value), *changes))
    columns = ["Clips", "EER", "Cost (points)", "95 %", "Change of the probability"]
    frame = pd.DataFrame(rows, columns=columns)
    caption = f"What happens to {len(changed)} clips, and what it costs"
    return table(frame, caption=caption)


def calibration_table(measured: Table, detector: Detector | None) -> Html:
    """How true the stated probabilities are, and how many decided answers are wrong."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    trials = with_log_odds(measured, detector.calibration)
    measures = decision_measures(detector.calibration)
    found = _resample(trials, [CLEAN], measures)
    rows = []
    for name, measure in measures.items():
        value = _percent(found.quantity(name, CLEAN).value)
        interval = " to ".join(map(_percent, found.interval(name, CLEAN)))
        rows.append((measure.title, value, interval))
    chance = _percent(expected_ece(trials["score"]))
    rows.insert(1, ("ECE of so few clips by chance", chance, None))
    frame = pd.DataFrame(rows, columns=["Measure", "Value", "95 %"])
    return table(frame, caption="How far to trust it, evaluation clips")


def sources_table(measured: Table, detector: Detector | None) -> Html:
    """By source of the clips: how many of each class are called real, or fake."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    trials = select_condition(measured)
    trials["answer"] = detector.calibration.answer(trials["score"])
    rows = []
    for source, clips in trials.groupby("source"):
        row = {"Source of the clips": source}
        for label, title in (("bonafide", "Real"), ("spoof", "Fake")):
            given = clips.loc[clips["label"] == label, "answer"]
            row[f"{title} clips"] = len(given)
            for answer, called in (("spoof", "fake"), ("bonafide", "real")):
                row[f"{title} called {called}"] = int((given == answer).sum())
        rows.append(row)
    caption = "Answers by source; the other clips are uncertain"
    return table(pd.DataFrame(rows), caption=caption)


def glue_inference(
    detector: Detector | None, measured: Table, calibrated: Table
) -> None:
    """Glue what pages quote of a detector; a dash for each value that is missing.

    The two tables are those saved with the pretrained weights: both or none.
    """
    quoted = dict.fromkeys(QUOTED, UNKNOWN)
    if detector is not None:
        quoted["n_train"] = str(detector.metadata["corpus"]["n_train"])
        heard = detector.metadata.get("coverage", {}).get("systems", ())
        quoted["systems"] = str(len(heard))
    if detector is not None and measured is not None:
        trials = with_log_odds(measured, detector.calibration)
        log_odds, labels = trials["score"], label_indices(trials["label"])
        dev = calibrated["first_window_score"], label_indices(calibrated["label"])
        first_window = reliability(measured, Calibration.fit(*dev, partition="dev"))
        moved = probability_shift(measured, detector.calibration)
        found = {
            name: measure.fn(log_odds.to_numpy(), labels)
            for name, measure in decision_measures(detector.calibration).items()
        }
        quoted |= {
            "eer": _percent(metrics.eer(log_odds, labels)),
            "n": str(len(trials)),
            "ece": f"{calibration_error(log_odds, labels):.2f}",
            "chance_ece": f"{expected_ece(log_odds):.2f}",
            "first_window_ece": f"{first_window.calibration_error:.2f}",
            **{name: _percent(value) for name, value in found.items() if name != "ece"},
            "moved": f"{moved[[*FORMATS]].max():.3f}",
        }
    for name, text in quoted.items():
        glue(f"check_{name}", text)


def select_condition(measured: pd.DataFrame, name: str = CLEAN) -> pd.DataFrame:
    """The trials of one condition, in the order in which they were measured."""
    return measured[measured["condition"] == name].reset_index(drop=True)


def with_log_odds(measured: pd.DataFrame, calibration: Calibration) -> pd.DataFrame:
    """The clips as they are, with calibrated log odds in the place of scores."""
    trials = select_condition(measured)
    return trials.assign(score=calibration.log_odds(trials["score"]))


def reliability(measured: pd.DataFrame, calibration: Calibration) -> Reliability:
    """Predicted probabilities and observed frequencies of the clips as they are."""
    trials = with_log_odds(measured, calibration)
    labels = label_indices(trials["label"])
    return metrics.reliability(trials["score"], labels, n_bins=N_BINS)


def calibration_error(log_odds: ArrayLike, labels: np.ndarray) -> float:
    """ECE of the predicted probabilities, in as few bins as there are clips for."""
    return metrics.reliability(log_odds, labels, n_bins=N_BINS).calibration_error


def expected_ece(log_odds: ArrayLike) -> float:
    """The ECE that so few trials have by chance if every probability is true."""
    drawn = np.random.default_rng(SEED).random((N_REPLICATES, len(log_odds)))
    labels = (drawn < expit(np.asarray(log_odds))).astype(int)
    return float(np.mean([calibration_error(log_odds, row) for row in labels]))


def probability_shift(measured: pd.DataFrame, calibration: Calibration) -> pd.Series:
    """Condition -> median change of the probability that it makes."""
    scores = measured.pivot(index="utt_id", columns="condition", values="score")
    probability = scores.dropna().apply(calibration.probability)
    return probability.sub(probability[CLEAN], axis=0).abs().median()


def decision_measures(calibration: Calibration) -> dict[str, Metric]:
    """Measures of the answers: functions of (n,) log odds and labels.

    A fraction of no clips is NaN.
    """
    low, high = calibration.log_odds(calibration.thresholds)

    def is_decided(z: np.ndarray) -> np.ndarray:
        return (z < low) | (z > high)

    def coverage(z: np.ndarray, _labels: np.ndarray) -> float:
        return _mean(is_decided(z))

    def selective_error(z: np.ndarray, labels: np.ndarray) -> float:
        return _mean(((z > high) != (labels == BONAFIDE))[is_decided(z)])

    def accused(z: np.ndarray, labels: np.ndarray) -> float:
        return _mean(z[labels == BONAFIDE] < low)

    def found(z: np.ndarray, labels: np.ndarray) -> float:
        return _mean(z[labels != BONAFIDE] < low)

    return {
        "ece": Metric("calibration error (ECE)", calibration_error),
        "coverage": Metric("clips that get an answer", coverage),
        "selective_error": Metric("wrong among those answers", selective_error),
        "accused": Metric("real clips called fake", accused),
        "found": Metric("fake clips called fake", found),
    }


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _resample(
    measured: pd.DataFrame, conditions: Sequence[str], measures: Mapping[str, Metric]
) -> BootstrapResult:
    """The bootstrap over speakers, with conditions in the place of models."""
    panel = make_panel({x: [select_condition(measured, x)] for x in conditions})
    return resample(panel, metrics=measures, n_replicates=N_REPLICATES, seed=SEED)


def _percent(rate: float) -> str | None:
    return None if np.isnan(rate) else f"{100 * rate:.1f}{NARROW}%"


def read_measurements(name: str, folder: Path = PRETRAINED_DIR) -> pd.DataFrame | None:
    """A table saved with the pretrained weights; None if it does not exist.

    Parameters
    ----------
    name : ``measured`` (scores of eval, of some clips under all conditions), or
        ``calibration`` (scores of dev); see ``tools/export_weights.py``.
    """
    path = folder / f"{name}.csv"
    return pd.read_csv(path, keep_default_na=False) if path.is_file() else None
