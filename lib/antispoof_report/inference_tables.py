"""Predictions for single clips, and how far they can be trusted, as text and tables.

The tables of measurements are those of ``tools/export_weights.py``;
intervals are those of :mod:`antispoof.stats`, over speakers.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from antispoof import metrics
from antispoof.calibration import Calibration, answers_left_out, share_right
from antispoof.constants import BONAFIDE, LABELS, SPOOF, label_indices
from antispoof.inference.base import ClipDetector, describe_detector
from antispoof.inference.domain import ALPHA_PARTS
from antispoof.inference.loading import PRETRAINED_DIR
from antispoof.inference.prediction import Prediction, format_prediction
from antispoof.metrics import Metric, Reliability
from antispoof.stats import make_panel, resample
from antispoof_report.glue_values import glue
from antispoof_report.html import Html, render
from antispoof_report.quoted_results import UNKNOWN
from antispoof_report.run_tables import NARROW, per_cent
from antispoof_report.tables import table

# Conditions in the tables of ``tools/export_weights.py``: the clip itself, and the same
# clip in another file, which should make no difference.
CLEAN = "as it is"
FORMATS = ("WAV at 44.1 kHz", "FLAC at 48 kHz", "m4a at 44.1 kHz")
N_REPLICATES = 500
N_BINS = 5  # of a reliability diagram of some dozens of trials
SEED = 2019
REFUSED = 0.1  # share of the clips, where ways to refuse are compared
WORDS = {"bonafide": "real", "spoof": "fake"}  # for readers who do not know the field
QUOTED = (
    *("eer", "n", "n_train", "systems", "ece", "coverage", "selective_error"),
    *("accused", "found", "moved", "refused", "largest", "balanced_error"),
    *("accused_of", "found_of", "new_accused", "new_found", "new_balanced_error"),
    *("right_spoof", "right_bonafide", "univnet"),
)
Table = pd.DataFrame | None  # of a detector other than the pretrained there is none
_ONLY = "Measured errors are those of the pretrained weights only."
NOT_MEASURED = Html(f"<p><em>{_ONLY}</em></p>", _ONLY)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


# Measures of the answers: functions of (n,) signs, see `with_answers`, and labels. A
# fraction of no clips is NaN.
DECISIONS = {
    "coverage": Metric("clips that get an answer", lambda sign, _: _mean(sign != 0)),
    "selective_error": Metric(
        "wrong among those answers",
        lambda sign, y: _mean(((sign > 0) != (y == BONAFIDE))[sign != 0]),
    ),
    "accused": Metric(
        "real clips called fake", lambda sign, y: _mean(sign[y == BONAFIDE] < 0)
    ),
    "found": Metric(
        "fake clips called fake", lambda sign, y: _mean(sign[y == SPOOF] < 0)
    ),
}


def answers(predictions: Sequence[Prediction], detector: ClipDetector) -> Html:
    """Predictions in words, and once what their detector knows and does not know."""
    texts = [f"{p.clip}: {format_prediction(p)}" for p in predictions]
    note = describe_detector(detector)
    html = render("answers.html", answers=texts, note=note)
    return Html(html, "\n".join([*texts, note]))


def example_clips(
    trials: pd.DataFrame, measured: Table, detector: ClipDetector
) -> dict[str, str]:
    """Clips to show, name -> path: a right answer, a wrong and a refused one.

    Of a corpus that was not measured, the first clip of each class.
    """
    if measured is not None:
        known = with_answers(select_condition(measured), detector)
        known = known.merge(trials[["utt_id", "path"]], on="utt_id")
        right = known["answer"] == known["label"]
        kinds = {
            "right": right,
            "wrong": ~right & (known["answer"] != "uncertain"),
            "refused": ~known["in_domain"],
        }
        found = {k: known[rows].iloc[0] for k, rows in kinds.items() if rows.any()}
        if found:
            return {f"{k} ({WORDS[x.label]} clip)": x.path for k, x in found.items()}
    first = trials.groupby("label").first()["path"]
    return {f"{WORDS[label]} clip": path for label, path in first.items()}


def robustness_table(measured: Table, detector: ClipDetector) -> Html:
    """By condition: EER, Cllr, refusals, and the median change of the probability."""
    if measured is None:
        return NOT_MEASURED
    names = list(dict.fromkeys(measured["condition"]))
    # Some clips only are scored under every condition.
    changed = measured.loc[measured["condition"] == names[-1], "utt_id"]
    measured = measured[measured["utt_id"].isin(changed)]
    moved = probability_shift(measured, detector.calibration).map("{:.3f}".format)
    moved[CLEAN] = None
    rows = []
    for name in names:
        trials = with_answers(select_condition(measured, name), detector)
        labels = label_indices(trials["label"])
        real = trials.loc[labels == BONAFIDE, "answer"]
        llr = detector.calibration.llr(trials["score"])
        rows.append(
            {
                "Clips": name,
                "EER": per_cent(metrics.eer(trials["score"], labels)),
                "Cllr": f"{metrics.cllr(llr, labels):.2f}",
                "Min. Cllr": f"{metrics.min_cllr(llr, labels):.2f}",
                "Refused": per_cent((~trials["in_domain"]).mean()),
                "Real called fake": f"{(real == 'spoof').sum()} of {len(real)}",
                "Change of probability": moved[name],
            }
        )
    caption = f"What happens to {len(changed)} clips, and what it costs"
    return table(pd.DataFrame(rows), caption=caption)


def decisions_table(measured: Table, detector: ClipDetector) -> Html:
    """How many clips get an answer, and how many answers are wrong."""
    if measured is None:
        return NOT_MEASURED
    trials = with_answers(select_condition(measured), detector)
    panel = make_panel({CLEAN: [trials.assign(score=trials["sign"])]})
    options = {"metrics": DECISIONS, "n_replicates": N_REPLICATES, "seed": SEED}
    found = resample(panel, **options)
    rows = []
    for name, measure in DECISIONS.items():
        low, high = map(per_cent, found.interval(name, CLEAN))
        value = per_cent(found.quantity(name, CLEAN).value)
        rows.append((measure.title, value, f"{low} to {high}"))
    frame = pd.DataFrame(rows, columns=["Measure", "Value", "95 %"])
    return table(frame, caption="How far to trust it, evaluation clips")


def sources_table(measured: Table, detector: ClipDetector) -> Html:
    """By source of the clips: how many of each class are called real, or fake."""
    if measured is None:
        return NOT_MEASURED
    trials = with_answers(select_condition(measured), detector)
    rows = []
    for source, clips in trials.groupby("source"):
        row = {"Source of the clips": source}
        row["Refused"] = int((~clips["in_domain"]).sum())
        for label, word in WORDS.items():
            given = clips.loc[clips["label"] == label, "answer"]
            for answer in LABELS:
                if answer not in detector.calibration.withheld:
                    name = f"{word.title()} called {WORDS[answer]}"
                    row[name] = share(given == answer)
        rows.append(row)
    caption = "Answers by source, with 95 % intervals; of all others it cannot tell"
    return table(pd.DataFrame(rows), caption=caption)


def left_out_table(calibrated: Table) -> Html:
    """The answers on a new source: each source of dev left out of the calibration."""
    if calibrated is None:
        return NOT_MEASURED
    caption = "Calibrated on the other sources, with 95 % intervals"
    return table(left_out_rates(calibrated), caption=caption)


def left_out_rates(calibrated: pd.DataFrame) -> pd.DataFrame:
    """By source: how many clips of each class get each answer if it is left out."""
    rows: dict[str, dict] = defaultdict(dict)
    for answer, called in enumerate(LABELS):
        for source, label, given in answers_left_out(*_arrays(calibrated), answer):
            name = f"{WORDS[LABELS[label]].title()} called {WORDS[called]}"
            rows[source][name] = share(given)
    return pd.DataFrame(rows).T.rename_axis("Source left out").reset_index()


def _arrays(calibrated: pd.DataFrame) -> Iterator[np.ndarray]:
    labels = label_indices(calibrated["label"])
    yield from (calibrated["score"].to_numpy(), labels, calibrated["source"].to_numpy())


def refusals_table(calibrated: Table, detector: ClipDetector) -> Html:
    """Which errors a refusal of the oddest tenth of the dev clips would spare."""
    if calibrated is None:
        return NOT_MEASURED
    scores, calibration = calibrated["score"], detector.calibration
    labels = label_indices(calibrated["label"])
    wrong = (scores > calibration.threshold).to_numpy() != (labels == BONAFIDE)
    log_odds = np.abs(calibration.log_odds(scores))
    ways = {
        "distance from the training clips": calibrated["distance"].to_numpy(),
        "probability near one half": -log_odds,
    }
    rows = [
        (name, share(odd[wrong] >= np.quantile(odd, 1 - REFUSED)))
        for name, odd in ways.items()
    ]
    frame = pd.DataFrame(rows, columns=["Refused by", "Errors among the refused"])
    return table(frame, caption="Share of all errors at one tenth refused, dev clips")


def parts_table(spliced: Table) -> Html:
    """How often a fake part of a real clip is noticed, by its length."""
    if spliced is None:
        return NOT_MEASURED
    rows = [
        (f"{seconds} s" if seconds else "none", share(clips["lowest"] <= ALPHA_PARTS))
        for seconds, clips in spliced.groupby("seconds")
    ]
    frame = pd.DataFrame(rows, columns=["Fake part of 12 s", "Noticed"])
    return table(frame, caption="Real clips with a fake part, evaluation clips")


def glue_inference(detector: ClipDetector, measured: Table, calibrated: Table) -> None:
    """Glue what pages quote of a detector; a dash for each value that is missing."""
    quoted = dict.fromkeys(QUOTED, UNKNOWN)
    metadata, calibration = detector.metadata, detector.calibration
    coverage = metadata.get("coverage", {"sources": [], "systems": []})
    quoted["n_train"] = str(metadata["corpus"]["n_train"])
    quoted["systems"] = str(len(coverage["systems"]))
    if measured is not None:
        trials = with_answers(select_condition(measured), detector)
        labels, sign = label_indices(trials["label"]), trials["sign"].to_numpy()
        moved = probability_shift(measured, calibration)
        real = labels == BONAFIDE
        new = ~trials["source"].isin(coverage["sources"]).to_numpy()
        quoted |= {
            "eer": per_cent(metrics.eer(trials["score"], labels)),
            "n": str(len(trials)),
            "ece": f"{reliability(measured, calibration).calibration_error:.2f}",
            "refused": per_cent((~trials["in_domain"]).mean()),
            "largest": f"{np.exp(calibration.largest_llr_spoof):.0f}",
            "balanced_error": _balanced_error(sign, real),
            "new_balanced_error": _balanced_error(sign[new], real[new]),
            "moved": f"{moved[[*FORMATS]].max():.3f}",
            "accused_of": share(sign[real] < 0),
            "found_of": share(sign[~real] < 0),
            "new_accused": share(sign[real & new] < 0),
            "new_found": share(sign[~real & new] < 0),
        }
        for name, measure in DECISIONS.items():
            quoted[name] = per_cent(measure(sign, labels))
    if calibrated is not None:
        for answer, name in enumerate(LABELS):
            right = share_right(*_arrays(calibrated), answer)
            quoted[f"right_{name}"] = per_cent(right)
        rates = left_out_rates(calibrated).set_index("Source left out")
        quoted["univnet"] = rates["Fake called real"].get("mindslab-ai/univnet")
    for name, text in quoted.items():
        glue(f"check_{name}", text or UNKNOWN)


def _balanced_error(sign: np.ndarray, real: np.ndarray) -> str:
    """Wrong among the answers, if real clips and fakes were equally frequent."""
    wrong = _mean(sign[real] < 0) + _mean(sign[~real] > 0)
    return per_cent(wrong / (_mean(sign[real] != 0) + _mean(sign[~real] != 0)))


def select_condition(measured: pd.DataFrame, name: str = CLEAN) -> pd.DataFrame:
    """The trials of one condition, in the order in which they were measured."""
    return measured[measured["condition"] == name].reset_index(drop=True)


def with_answers(trials: pd.DataFrame, detector: ClipDetector) -> pd.DataFrame:
    """Trials with ``in_domain``, ``answer``, and its ``sign``: 0 if it is uncertain.

    Without a domain check all are in.
    """
    values = trials[["distance", "high_band"]].to_numpy(float)
    known = [
        detector.domain is None or detector.domain.reason(*row) is None
        for row in values
    ]
    answers = detector.calibration.answer(trials["score"])
    answers = np.where(known, answers, "uncertain")
    sign = 1 * (answers == LABELS[BONAFIDE]) - 1 * (answers == LABELS[SPOOF])
    return trials.assign(in_domain=known, answer=answers, sign=sign)


def reliability(measured: pd.DataFrame, calibration: Calibration) -> Reliability:
    """Predicted probabilities and observed frequencies of the clips as they are.

    The probabilities are those at the share of real clips that the measured ones have.
    """
    llr, labels = ratios(measured, calibration)
    odds = (labels == BONAFIDE).sum() / (labels == SPOOF).sum()
    return metrics.reliability(llr + np.log(odds), labels, n_bins=N_BINS)


def ratios(
    measured: pd.DataFrame, calibration: Calibration
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) bounded log-likelihood ratios and labels of the clips as they are."""
    trials = select_condition(measured)
    return calibration.llr(trials["score"]), label_indices(trials["label"])


def probability_shift(measured: pd.DataFrame, calibration: Calibration) -> pd.Series:
    """Condition -> median change of the probability that it makes."""
    scores = measured.pivot(index="utt_id", columns="condition", values="score")
    probability = scores.dropna().apply(calibration.probability)
    return probability.sub(probability[CLEAN], axis=0).abs().median()


def share(hits: np.ndarray | pd.Series) -> str | None:
    """Hits of clips, with the exact 95 % interval of their share; None of no clips."""
    if not len(hits):
        return None
    k, n = int(np.sum(hits)), len(hits)
    low, high = binomtest(k, n).proportion_ci()
    return f"{k} of {n} ({100 * low:.0f} to {100 * high:.0f}{NARROW}%)"


def read_measurements(name: str, folder: Path = PRETRAINED_DIR) -> pd.DataFrame | None:
    """A table saved with the pretrained weights; None if it does not exist.

    Parameters
    ----------
    name : ``measured`` (scores of eval, of some clips under all conditions),
        ``calibration`` (scores of dev), or ``spliced`` (real clips of eval with a fake
        part); see ``tools/export_weights.py``.
    """
    path = folder / f"{name}.csv"
    return pd.read_csv(path, keep_default_na=False) if path.is_file() else None
