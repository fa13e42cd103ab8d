"""How good the answers are: scores of trials under every condition, and what they say.

The scores are one table, a row a trial and condition; everything that is told of them
is computed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof import metrics
from antispoof.audio import load_mono_16k
from antispoof.augment.conditions import (
    CLEAN,
    CONDITIONS,
    FORMATS,
    apply_condition,
)
from antispoof.constants import BONAFIDE, LABELS
from antispoof.inference.calibration import SURE, Calibration
from antispoof.inference.detector import PRETRAINED_DIR, Detector
from antispoof.inference.explanation import explain, without
from antispoof.inference.windows import sounding, windows

REPLICATES = 500
LEVEL = 0.95
BINS = 5  # of a reliability diagram of some dozens of trials
DELETED = 0.1  # share of the cells that is taken out
RANDOM_MAPS = 10

Say = Callable[[str], None]


def score_windows(detector: Detector, waveform: np.ndarray) -> np.ndarray:
    """The scores of a clip's windows, of which `predict_clip` takes the mean.

    Parameters
    ----------
    waveform : (n,) float32 at 16 kHz, not silent throughout.
    """
    cut = sounding(windows([waveform], detector.n_samples))
    return detector.scores(np.stack([window for _, window in cut]))


def score_waveform(detector: Detector, waveform: np.ndarray) -> float:
    """The score of a clip, (n,) float32 at 16 kHz: the mean over its windows."""
    return float(score_windows(detector, waveform).mean(dtype=np.float64))


def score_trials(
    detector: Detector,
    trials: pd.DataFrame,
    conditions: Iterable[str] | None = None,
    *,
    say: Say = lambda line: None,
) -> pd.DataFrame:
    """Score trials as they are and under conditions.

    Parameters
    ----------
    trials : ``utt_id``, ``speaker``, ``attack``, ``label`` and ``path``.
    conditions : names; all of CONDITIONS and FORMATS if None.

    Returns
    -------
    DataFrame with ``condition``, ``utt_id``, ``speaker``, ``attack``, ``label`` and
    ``score``, a row a trial and condition.
    """
    if conditions is None:
        conditions = {**CONDITIONS, **FORMATS}
    waveforms = [load_mono_16k(path) for path in trials["path"]]
    tables = []
    for name in [CLEAN, *conditions]:
        say(f"{len(trials)} clips, {name}")
        scores = [
            score_waveform(detector, apply_condition(name, wave)) for wave in waveforms
        ]
        told = trials[["utt_id", "speaker", "attack", "label"]]
        tables.append(told.assign(condition=name, score=np.round(scores, 5)))
    order = ["condition", "utt_id", "speaker", "attack", "label", "score"]
    return pd.concat(tables, ignore_index=True)[order]


def deletion(detector: Detector, trials: pd.DataFrame) -> pd.DataFrame:
    """How far a score moves when the cells that an explanation names are taken out.

    Returns
    -------
    DataFrame with ``utt_id``, ``explained`` (change of the score in the direction that
    the explanation foretells, when the tenth of the cells that spoke most for the
    answer is taken out) and ``random`` (the same for as many random cells, mean over
    ten maps).
    """
    random = np.random.default_rng(2019)
    rows = []
    for utt_id, path in zip(trials["utt_id"], trials["path"], strict=True):
        _, window = next(windows([load_mono_16k(path)], detector.n_samples))
        score = float(detector.scores(window[None])[0])
        attributions = explain(detector, window).attributions.ravel()
        towards = np.sign(score - detector.calibration.threshold)
        order = np.argsort(-towards * attributions)
        moved = towards * (score - without(detector, window, order, DELETED))
        others = [
            towards
            * (
                score
                - without(detector, window, random.permutation(len(order)), DELETED)
            )
            for _ in range(RANDOM_MAPS)
        ]
        rows.append((utt_id, round(moved, 5), round(float(np.mean(others)), 5)))
    return pd.DataFrame(rows, columns=["utt_id", "explained", "random"])


def read_measured(name: str, folder: Path = PRETRAINED_DIR) -> pd.DataFrame | None:
    """A table of measurements kept beside shipped weights; None if there is none.

    Parameters
    ----------
    name : ``measured``, as :func:`score_trials` gives it, ``deletion``, or
        ``calibration``, the scores that `shipping` calibrated on.
    """
    path = folder / f"{name}.csv"
    return pd.read_csv(path, keep_default_na=False) if path.is_file() else None


def select_condition(measured: pd.DataFrame, name: str = CLEAN) -> pd.DataFrame:
    """The trials of one condition."""
    return measured[measured["condition"] == name].reset_index(drop=True)


def labels_of(trials: pd.DataFrame) -> np.ndarray:
    """(n,) class indices."""
    return (trials["label"] == LABELS[BONAFIDE]).to_numpy(np.int64)


def robustness(measured: pd.DataFrame) -> pd.DataFrame:
    """EER under each condition, and what the condition costs.

    Returns
    -------
    DataFrame with ``condition``, ``eer``, ``cost`` (difference from the clips as they
    are) and its interval ``low``, ``high`` over speakers; fractions.
    """
    clean = select_condition(measured)
    rows = []
    for name in dict.fromkeys(measured["condition"]):
        if name in FORMATS:
            continue
        trials = select_condition(measured, name)
        both = clean.assign(changed=trials["score"].to_numpy())
        cost = _eer(both, "changed") - _eer(both, "score")
        low, high = interval(both, lambda t: _eer(t, "changed") - _eer(t, "score"))
        rows.append((name, _eer(both, "changed"), cost, low, high))
    return pd.DataFrame(rows, columns=["condition", "eer", "cost", "low", "high"])


def probability_shift(measured: pd.DataFrame, calibration: Calibration) -> pd.Series:
    """Format -> median change of the probability by saving a clip in it."""
    clean = _probabilities(select_condition(measured), calibration)
    return pd.Series(
        {
            name: np.median(
                np.abs(
                    _probabilities(select_condition(measured, name), calibration)
                    - clean
                )
            )
            for name in FORMATS
        }
    )


def calibration_error(trials: pd.DataFrame, calibration: Calibration) -> float:
    """ECE of the stated probabilities, in five bins."""
    odds = calibration.log_odds(trials["score"])
    return metrics.reliability(odds, labels_of(trials), n_bins=BINS).calibration_error


def expected_ece(trials: pd.DataFrame, calibration: Calibration) -> float:
    """The ECE that so few trials have by chance where every probability is true."""
    random = np.random.default_rng(2019)
    odds = calibration.log_odds(trials["score"])
    probability = _probabilities(trials, calibration)
    draws = [
        metrics.reliability(
            odds, (random.random(len(odds)) < probability).astype(int), n_bins=BINS
        ).calibration_error
        for _ in range(REPLICATES)
    ]
    return float(np.mean(draws))


def calibrate_on_first_window(calibrated: pd.DataFrame) -> Calibration:
    """The calibration that the first window of each clip would have given.

    Parameters
    ----------
    calibrated : ``label`` and ``beginning``, as `shipping` keeps them.
    """
    scores = calibrated["beginning"]
    return Calibration.fit(scores, labels_of(calibrated), partition="dev")


def coverage(trials: pd.DataFrame, calibration: Calibration) -> float:
    """Share of trials whose answer is not "uncertain"."""
    return float(_decided(trials, calibration).mean())


def selective_error(trials: pd.DataFrame, calibration: Calibration) -> float:
    """Share of wrong answers among the decided ones; NaN where none is."""
    decided = _decided(trials, calibration)
    if not decided.any():
        return float("nan")
    said_real = _probabilities(trials, calibration) >= SURE
    wrong = said_real != (labels_of(trials) == BONAFIDE)
    return float(wrong[decided].mean())


def interval(
    trials: pd.DataFrame, measure: Callable[[pd.DataFrame], float]
) -> tuple[float, float]:
    """95 % percentile interval of a measure, resampling speakers with their trials.

    A replicate without a class is left out, and so is one where the measure is NaN.
    """
    random = np.random.default_rng(2019)
    groups = list(trials.groupby("speaker").indices.values())
    values = []
    for _ in range(REPLICATES):
        drawn = random.integers(len(groups), size=len(groups))
        replicate = trials.iloc[np.concatenate([groups[i] for i in drawn])]
        if replicate["label"].nunique() == len(LABELS):
            values.append(measure(replicate))
    if np.isnan(values).all():
        return float("nan"), float("nan")
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _eer(trials: pd.DataFrame, column: str) -> float:
    return metrics.eer(trials[column], labels_of(trials))


def _probabilities(trials: pd.DataFrame, calibration: Calibration) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -calibration.log_odds(trials["score"])))


def _decided(trials: pd.DataFrame, calibration: Calibration) -> np.ndarray:
    probability = _probabilities(trials, calibration)
    return (probability >= SURE) | (probability <= 1 - SURE)
