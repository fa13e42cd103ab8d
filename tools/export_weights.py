"""Train, calibrate and measure the weights that the library includes.

    python tools/export_weights.py --corpus DIR --profile profiles/detector.yaml

The score is calibrated on what predictions are made of: means over the windows of each
clip of dev, every source with the same weight.

Measurements (scores of eval, and of some of its clips under every condition) are plain
tables, saved with the weights. Statistics are computed where they are shown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.audio import load_mono_16k
from antispoof.calibration import Calibration
from antispoof.config import TrainConfig
from antispoof.constants import NO_ATTACK, label_indices
from antispoof.corpora import Corpus, open_corpus
from antispoof.files import atomic_path
from antispoof.inference.detector import PRETRAINED_DIR, Detector
from antispoof.inference.prediction import score_windows
from antispoof.runs import train_or_load
from conditions import CLEAN, CONDITIONS, apply_condition
from profile_settings import read_profile

N_CHANGED = 60  # clips of eval that are scored under every condition


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
    calibrated["source"] = dev.get("source", corpus.name)
    calibration = Calibration.fit(
        calibrated["score"],
        label_indices(dev["label"]),
        partition="dev",
        sources=calibrated["source"],
    )
    train = corpus.partition("train")
    known = set(dev["attack"]) <= set(train["attack"])
    sources = set(calibrated["source"])
    unseen = len(sources - set(train.get("source", [corpus.name])))
    calibrated_on = f"dev, {unseen} of whose {len(sources)} sources it had not heard"
    if known:
        calibrated_on = "dev, whose attacks the model was trained on"
    about = {
        "calibrated_on": calibrated_on,
        "coverage": describe_training(corpus),
    }
    detector = replace(
        detector, calibration=calibration, metadata=detector.metadata | about
    )
    test = test.assign(source=test.get("source", corpus.name))
    some = test.iloc[:: -(-len(test) // N_CHANGED)]
    measured = [
        score_trials(detector, test, [CLEAN], log=log),
        score_trials(detector, some, CONDITIONS, log=log),
    ]
    tables = {"calibration": calibrated.round(5), "measured": pd.concat(measured)}
    with atomic_path(folder) as temporary:
        detector.save(temporary)
        for name, table in tables.items():
            table.to_csv(temporary / f"{name}.csv", index=False)
    return folder


def describe_training(corpus: Corpus) -> dict[str, list[str]]:
    """What the detector has heard in training: its sources and its systems."""
    train = corpus.partition("train")
    sources = train.get("source", pd.Series([corpus.name]))
    systems = sorted({*train["attack"]} - {NO_ATTACK})
    return {"sources": sorted({*sources}), "systems": systems}


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
    trials : ``utt_id``, ``speaker``, ``source``, ``attack``, ``label`` and ``path``.
    conditions : CLEAN and names of CONDITIONS.

    Returns
    -------
    DataFrame with ``condition``, the columns of `trials` without the path, and
    ``score``, one row per trial and condition. A score is the mean over the windows.
    """
    waveforms = [load_mono_16k(path) for path in trials["path"]]
    columns, tables = ["utt_id", "speaker", "source", "attack", "label"], {}
    for name in conditions:
        log(f"{len(trials)} clips, {name}")
        changed = [apply_condition(name, waveform) for waveform in waveforms]
        scores = [score_windows([x], detector)[1].mean() for x in changed]
        tables[name] = trials[columns].assign(score=np.round(scores, 5))
    return pd.concat(tables, names=["condition"]).reset_index("condition")


def main() -> None:
    """Train the model of a profile with its first seed, calibrate and measure it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--profile", required=True, type=Path)
    given = parser.parse_args()
    profile = read_profile(given.profile)
    (model,) = profile["settings"] or ["cnn"]
    config = TrainConfig.from_profile(model, profile["settings"])
    corpus, seed = open_corpus(given.corpus), profile["seeds"][0]
    print(export_pretrained(corpus, config, seed=seed, log=print))


if __name__ == "__main__":
    main()
