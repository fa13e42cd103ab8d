"""Make the weights that the library brings, and measure them.

One training by a profile; its score is calibrated on what answers are made of, means
over the windows of whole clips, and on fakes *that the model has not heard*: for each
third of the attacks another model is trained without them, and scores them and the real
clips of dev. A model calibrated on the attacks it was trained on would be too sure of
itself before new ones. Without such folds it is all that can be done, and the card says
so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from torch import nn

from antispoof import frontends
from antispoof.audio import load_mono_16k
from antispoof.config import TrainConfig
from antispoof.constants import NO_ATTACK
from antispoof.corpora import Corpus
from antispoof.inference.calibration import Calibration
from antispoof.inference.detector import PRETRAINED_DIR, Detector
from antispoof.inference.measurement import (
    deletion,
    labels_of,
    score_trials,
    score_windows,
)
from antispoof.runs import train_or_load
from antispoof.training import fit, split_validation

FOLDS = 3
EXPLAINED = 24  # clips whose explanations are put to the test

Say = Callable[[str], None]


def ship(
    corpus: Corpus,
    config: TrainConfig,
    *,
    seed: int = 0,
    folds: int = FOLDS,
    runs: str | Path = "runs",
    store: str | Path,
    folder: Path = PRETRAINED_DIR,
    say: Say = lambda line: None,
) -> Path:
    """Train, calibrate and measure a detector, and write it into `folder`.

    Parameters
    ----------
    folds : parts of the attacks that are kept from a model each; 0 calibrates the
        model itself on attacks that it knows.

    Raises
    ------
    AntispoofError
        As `runs.train_or_load` and `training.fit` do; then what was there is still there.
    """
    (run,) = train_or_load(
        config, corpus, [seed], runs=runs, store=store, reference=None, say=say
    )
    frontend = frontends.build(config.frontend)
    if folds:
        calibrated_on = "dev, whose fakes the scoring models had not heard"
        scored = _unheard(corpus, config, seed, folds, store, run.path, say)
    else:
        calibrated_on = "dev, whose kinds of fakes the model knows"
        scored = _scored(run.model(), frontend, corpus.require_audio("dev"))
    calibration = Calibration.fit(
        scored["score"].to_numpy(), labels_of(scored), partition="dev"
    )
    origin = {
        "model": config.model,
        "frontend": config.frontend,
        "config": config.to_dict(),
        "seed": seed,
        "corpus": run.corpus,
        "calibrated_on": calibrated_on,
    }
    detector = Detector(run.model(), frontend, calibration, origin)
    trials = corpus.require_audio("eval")
    draft = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)  # of a making that was cut off
    detector.save(draft)
    measured = score_trials(detector, trials, say=say)
    measured.to_csv(draft / "measured.csv", index=False)
    scored.to_csv(draft / "calibration.csv", index=False, float_format="%.5f")
    say(f"explanations of {EXPLAINED} clips")
    deletion(detector, trials[:EXPLAINED]).to_csv(draft / "deletion.csv", index=False)
    shutil.rmtree(folder, ignore_errors=True)
    return draft.rename(folder)


def _unheard(
    corpus: Corpus,
    config: TrainConfig,
    seed: int,
    folds: int,
    store: str | Path,
    checkpoints: Path,
    say: Say,
) -> pd.DataFrame:
    train = frontends.load_features(
        corpus, "train", frontend=config.frontend, store=store
    )
    dev = corpus.require_audio("dev")
    attacks = sorted(set(train.trials["attack"]) - {NO_ATTACK})
    scored = []
    for fold in range(folds):
        unheard = attacks[fold::folds]
        say(f"calibration {fold + 1}/{folds}: without {', '.join(unheard)}")
        kept = ~train.trials["attack"].isin(unheard).to_numpy()
        parts = split_validation(train.subset(kept), config.n_val_speakers)
        state = Path(f"{checkpoints}-without-{'-'.join(unheard)}.pt")
        model = fit(config, *parts, seed=seed, checkpoint=state).model
        trials = dev[dev["attack"].isin([NO_ATTACK, *unheard])]
        scored.append(_scored(model, frontends.build(config.frontend), trials))
    return pd.concat(scored, ignore_index=True)


def _scored(
    model: nn.Module, frontend: nn.Module, trials: pd.DataFrame
) -> pd.DataFrame:
    """Trials with the score of each clip, and of its first window for comparison."""
    detector = Detector(model.eval(), frontend, Calibration(1.0, 0.0, 0, 0), {})
    scores = [score_windows(detector, load_mono_16k(path)) for path in trials["path"]]
    return trials[["utt_id", "label"]].assign(
        beginning=[windows[0] for windows in scores],
        score=[windows.mean(dtype=np.float64) for windows in scores],
    )
