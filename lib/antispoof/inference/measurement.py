"""What a detector is worth: its scores under every condition, and deletion tests.

The results are plain tables, saved with the pretrained weights. Statistics of them are
computed where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.audio import load_mono_16k
from antispoof.augment.conditions import CLEAN, CONDITIONS, FORMATS, apply_condition
from antispoof.inference.detector import PRETRAINED_DIR, Detector
from antispoof.inference.explanation import explain, score_after_deletion
from antispoof.inference.prediction import score_windows
from antispoof.inference.windows import iter_windows

DELETED = 0.1  # fraction of the cells
N_RANDOM = 10  # random deletions that one explanation is compared with


def score_trials(
    detector: Detector,
    trials: pd.DataFrame,
    conditions: Iterable[str] = (*CONDITIONS, *FORMATS),
    *,
    log: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Score trials as they are and under conditions.

    Parameters
    ----------
    trials : ``utt_id``, ``speaker``, ``attack``, ``label`` and ``path``.
    conditions : names of CONDITIONS and FORMATS.

    Returns
    -------
    DataFrame with ``condition``, ``utt_id``, ``speaker``, ``attack``, ``label`` and
    ``score``, one row per trial and condition. A score is the mean over the windows.
    """
    columns = ["utt_id", "speaker", "attack", "label"]
    waveforms = [load_mono_16k(path) for path in trials["path"]]
    tables = []
    for name in [CLEAN, *conditions]:
        log(f"{len(trials)} clips, {name}")
        scores = [
            score_windows([apply_condition(name, waveform)], detector)[1].mean(
                dtype=np.float64
            )
            for waveform in waveforms
        ]
        tables.append(trials[columns].assign(condition=name, score=np.round(scores, 5)))
    return pd.concat(tables, ignore_index=True)[["condition", *columns, "score"]]


def measure_deletion(detector: Detector, trials: pd.DataFrame) -> pd.DataFrame:
    """How far a score moves when the cells that an explanation names are deleted.

    Returns
    -------
    DataFrame with ``utt_id``, ``explained`` (change of the score against the answer
    when the tenth of the cells with the most evidence for it is deleted) and ``random``
    (the same for as many random cells, mean of ten).
    """
    rng = np.random.default_rng(2019)
    rows = []
    for utt_id, path in zip(trials["utt_id"], trials["path"], strict=True):
        _, window = next(iter_windows([load_mono_16k(path)], detector.n_samples))
        score = float(detector.score(window[None])[0])
        sign = np.sign(score - detector.calibration.threshold)
        strongest = np.argsort(-sign * explain(detector, window).attributions.ravel())
        orders = [
            strongest,
            *(rng.permutation(len(strongest)) for _ in range(N_RANDOM)),
        ]
        explained, *random = (
            sign * (score - score_after_deletion(detector, window, order, DELETED))
            for order in orders
        )
        rows.append((utt_id, round(explained, 5), round(float(np.mean(random)), 5)))
    return pd.DataFrame(rows, columns=["utt_id", "explained", "random"])


def read_measurements(name: str, folder: Path = PRETRAINED_DIR) -> pd.DataFrame | None:
    """A table saved with the pretrained weights; None if it does not exist.

    Parameters
    ----------
    name : ``measured`` (of :func:`score_trials`), ``deletion``, or ``calibration``, the
        scores of dev that the weights are calibrated on.
    """
    path = folder / f"{name}.csv"
    return pd.read_csv(path, keep_default_na=False) if path.is_file() else None
