"""What the check of single clips says, and how far it can be believed, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
from scipy.stats import binomtest

from antispoof import metrics
from antispoof.inference import Detector, Prediction, about, sentence
from antispoof.inference import measurement as m
from antispoof_report.glue_values import glue
from antispoof_report.html import Html
from antispoof_report.quoted_results import UNKNOWN
from antispoof_report.run_tables import NARROW, missing_runs
from antispoof_report.tables import table

SURE_ENOUGH = 0.05  # p-value of a sign test
QUOTED = (
    "eer",
    "n",
    "ece",
    "chance_ece",
    "beginning_ece",
    "coverage",
    "selective_error",
    "moved",
    "explained",
    "random",
    "further",
    "reasons",
    "fitted",
    "threshold",
)


def answers(given: Sequence[Prediction], detector: Detector | None) -> Html:
    """Answers in words, and once what their detector knows and does not know.

    Without a detector, a sentence that says so.
    """
    if detector is None:
        return no_weights("An answer")
    texts = [f"{one.clip}: {one.error or sentence(one)}." for one in given]
    note = about(detector)
    lines = "".join(f"<p><strong>{escape(text)}</strong></p>" for text in texts)
    html = (
        f'<div class="report-answer" role="note">{lines}'
        f"<p><small>{escape(note)}</small></p></div>"
    )
    return Html(html, "\n".join([*texts, note]))


def no_weights(what: str) -> Html:
    """The sentence that stands where no detector is at hand."""
    text = f"{what}: this copy of the library brings no weights."
    return Html(f"<p><em>{escape(text)}</em></p>", text)


def attacks_table(measured: pd.DataFrame | None) -> Html:
    """EER of each attack of eval against all real clips."""
    if measured is None:
        return missing_runs("Measured errors")
    trials = m.select_condition(measured)
    rates = metrics.per_attack(trials["score"], m.labels_of(trials), trials["attack"])
    counts = trials["attack"].value_counts()
    rows = [(name, int(counts[name]), _percent(rate)) for name, rate in rates.items()]
    frame = pd.DataFrame(rows, columns=["Attack", "Clips", "EER"])
    return table(frame, caption="Error by attack, evaluation clips")


def robustness_table(measured: pd.DataFrame | None) -> Html:
    """EER under each condition, and what the condition costs."""
    if measured is None:
        return missing_runs("Measured errors")
    rows = [
        (
            row.condition,
            _percent(row.eer),
            _points(row.cost),
            f"{_points(row.low)} to {_points(row.high)}",
        )
        for row in m.robustness(measured).itertuples()
    ]
    frame = pd.DataFrame(rows, columns=["Clips", "EER", "Cost (points)", "95 %"])
    return table(frame, caption="What happens to a clip, and what it costs")


def calibration_table(measured: pd.DataFrame | None, detector: Detector | None) -> Html:
    """How far the stated probabilities hold, and what the decided answers are worth."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    calibration = detector.calibration
    trials = m.select_condition(measured)
    rows = []
    for name, measure in (
        ("calibration error (ECE)", m.calibration_error),
        ("share of clips that get an answer", m.coverage),
        ("wrong among those answers", m.selective_error),
    ):
        value = measure(trials, calibration)
        low, high = m.interval(trials, lambda t, f=measure: f(t, calibration))
        rows.append((name, _percent(value), f"{_percent(low)} to {_percent(high)}"))
    chance = m.expected_ece(trials, calibration)
    rows.insert(1, ("ECE of so few clips by chance", _percent(chance), None))
    frame = pd.DataFrame(rows, columns=["Measure", "Value", "95 %"])
    return table(frame, caption="How far to believe it, evaluation clips")


def formats_table(measured: pd.DataFrame | None, detector: Detector | None) -> Html:
    """How far the probability moves when a clip is saved in another format."""
    if measured is None or detector is None:
        return missing_runs("Measured errors")
    moved = m.probability_shift(measured, detector.calibration)
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
    """Glue what pages quote of a detector, a dash for each where it is not there."""
    quoted = dict.fromkeys(QUOTED, UNKNOWN)
    if detector is not None:
        quoted["fitted"] = str(detector.origin["corpus"]["fitted"])
        quoted["threshold"] = f"{detector.calibration.threshold:.2f}"
    if detector is not None and measured is not None:
        made = detector.calibration
        trials = m.select_condition(measured)
        error = metrics.eer(trials["score"], m.labels_of(trials))
        quoted |= {
            "eer": _percent(error),
            "n": str(len(trials)),
            "ece": f"{m.calibration_error(trials, made):.2f}",
            "chance_ece": f"{m.expected_ece(trials, made):.2f}",
            "coverage": _percent(m.coverage(trials, made)),
            "selective_error": _percent(m.selective_error(trials, made)),
            "moved": f"{m.probability_shift(measured, made).max():.3f}",
        }
    if measured is not None and calibrated is not None:
        other = m.calibrate_on_first_window(calibrated)
        error = m.calibration_error(m.select_condition(measured), other)
        quoted["beginning_ece"] = f"{error:.2f}"
    if deletion is not None:
        quoted["explained"] = f"{deletion['explained'].median():.2f}"
        quoted["random"] = f"{deletion['random'].median():.2f}"
        further, n = (
            int((deletion["explained"] > deletion["random"]).sum()),
            len(deletion),
        )
        quoted["further"] = f"{further} of {n}"
        proven = binomtest(further, n, alternative="greater").pvalue <= SURE_ENOUGH
        quoted["reasons"] = "more often" if proven else "no more often"
    for name, text in quoted.items():
        glue(f"check_{name}", text)


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}{NARROW}%"


def _points(rate: float) -> str:
    return f"{100 * rate:+.1f}"
