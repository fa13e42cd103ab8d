"""Train, calibrate and measure the weights that the library includes.

    python tools/export_weights.py --corpus DIR --profile profiles/thesis.yaml

The score is calibrated on what predictions are made of: means over the windows of each
clip of dev. The model was trained on the attacks of dev, so for attacks that it does
not know its probabilities are too confident. The card and every prediction say so.

Measurements (scores under every condition, and deletion tests of explanations) are
plain tables, saved with the weights. Statistics are computed where they are shown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from captum.attr import IntegratedGradients

from antispoof.audio import load_mono_16k
from antispoof.calibration import Calibration
from antispoof.config import TrainConfig
from antispoof.constants import label_indices
from antispoof.corpora import Corpus, open_corpus
from antispoof.files import atomic_path
from antispoof.inference.detector import PRETRAINED_DIR, Detector
from antispoof.inference.prediction import score_windows
from antispoof.inference.windows import iter_windows
from antispoof.runs import train_or_load
from conditions import CLEAN, CONDITIONS, apply_condition
from profile_settings import read_profile

N_EXPLAINED = 24  # clips whose explanations are tested
N_STEPS = 32  # of the integral of gradients
DELETED = 0.1  # fraction of the cells
N_RANDOM = 10  # random deletions that one explanation is compared with


def export_pretrained(
    corpus: Corpus,
    config: TrainConfig,
    *,
    seed: int = 0,
    folder: Path = PRETRAINED_DIR,
    log: Callable[[str], None] = lambda line: None,
    **folders: str | Path | None,
) -> Path:
    """Train, calibrate on dev, measure on eval, and write all of it into `folder`.

    Parameters
    ----------
    folders : ``runs_dir`` and ``cache_dir`` of `runs.train_or_load`.

    Raises
    ------
    AntispoofError
        As `runs.train_or_load` does; what the folder holds is kept then.
    """
    dev, test = corpus.require_audio("dev"), corpus.require_audio("eval")
    (run,) = train_or_load(config, corpus, [seed], references=None, log=log, **folders)
    detector = Detector.from_run(run)
    scores = [score_windows([load_mono_16k(p)], detector)[1] for p in dev["path"]]
    calibrated = dev[["utt_id", "label"]].assign(
        first_window_score=[windows[0] for windows in scores],
        score=[windows.mean() for windows in scores],
    )
    labels = label_indices(dev["label"])
    known = set(dev["attack"]) <= set(corpus.partition("train")["attack"])
    calibrated_on = "dev, whose attacks the model was trained on" if known else "dev"
    detector = replace(
        detector,
        calibration=Calibration.fit(calibrated["score"], labels, partition="dev"),
        metadata=detector.metadata | {"calibrated_on": calibrated_on},
    )
    tables = {
        "calibration": calibrated.round(5),
        "measured": score_trials(detector, test, log=log),
        "deletion": measure_deletion(detector, test[:N_EXPLAINED]),
    }
    with atomic_path(folder) as temporary:
        detector.save(temporary)
        for name, table in tables.items():
            table.to_csv(temporary / f"{name}.csv", index=False)
    return folder


def score_trials(
    detector: Detector,
    trials: pd.DataFrame,
    conditions: Iterable[str] = (CLEAN, *CONDITIONS),
    *,
    log: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Score trials under conditions.

    Parameters
    ----------
    trials : ``utt_id``, ``speaker``, ``attack``, ``label`` and ``path``.
    conditions : CLEAN and names of CONDITIONS.

    Returns
    -------
    DataFrame with ``condition``, ``utt_id``, ``speaker``, ``attack``, ``label`` and
    ``score``, one row per trial and condition. A score is the mean over the windows.
    """
    waveforms = [load_mono_16k(path) for path in trials["path"]]
    columns, tables = ["utt_id", "speaker", "attack", "label"], {}
    for name in conditions:
        log(f"{len(trials)} clips, {name}")
        changed = [apply_condition(name, waveform) for waveform in waveforms]
        scores = [score_windows([x], detector)[1].mean() for x in changed]
        tables[name] = trials[columns].assign(score=np.round(scores, 5))
    return pd.concat(tables, names=["condition"]).reset_index("condition")


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
        x = detector.frontend(torch.from_numpy(window)[None])
        gradients = IntegratedGradients(detector.score_features).attribute(
            x, torch.zeros_like(x), n_steps=N_STEPS, internal_batch_size=8
        )
        evidence = sign * gradients.detach().numpy().ravel()
        orders = [np.argsort(-evidence)]
        orders += [rng.permutation(evidence.size) for _ in range(N_RANDOM)]
        explained, *random = (
            sign * (score - _score_without(detector, x, order)) for order in orders
        )
        rows.append((utt_id, round(explained, 5), round(float(np.mean(random)), 5)))
    return pd.DataFrame(rows, columns=["utt_id", "explained", "random"])


def _score_without(detector: Detector, x: torch.Tensor, order: np.ndarray) -> float:
    """The score after the first cells in an order are set to the mean level."""
    cells = x.flatten().clone()
    cells[torch.from_numpy(order[: round(DELETED * len(order))].copy())] = 0.0
    with torch.inference_mode():
        return float(detector.score_features(cells.view(x.shape))[0])


def main() -> None:
    """Train the CNN of a profile with its first seed, calibrate and measure it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--profile", required=True, type=Path)
    given = parser.parse_args()
    profile = read_profile(given.profile)
    config = TrainConfig.from_profile("cnn", profile["settings"])
    corpus, seed = open_corpus(given.corpus), profile["seeds"][0]
    print(export_pretrained(corpus, config, seed=seed, log=print))


if __name__ == "__main__":
    main()
