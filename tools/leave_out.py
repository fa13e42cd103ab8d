"""What a detector is worth on sources that it was not trained on: leave one out.

    python tools/leave_out.py --corpus DIR --profile profiles/leave_out.yaml OUT.csv

DIR is the corpus of the detector (see book/model_card.md). Each source that has clips
of both classes is left out of training in turn, and then scored; then a model that was
trained on all of them scores dev and eval. Chapter 11 reads the scores. Clips that were
made by augmentation are trained on, but not scored.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.files import atomic_path
from antispoof.frontends import load_features
from antispoof.plugins import load_plugins
from antispoof.scoring.partition import score_partition
from antispoof.training import fit
from profile_settings import read_profile

MADE = ("-augmented", "-coded")  # in the name of a clip that `corpus copies` made


def main() -> None:
    """Train, score and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    load_plugins()  # of $ANTISPOOF_PLUGINS
    corpus = open_corpus(options.corpus)
    found = []
    for model, settings in read_profile(options.profile)["settings"].items():
        config = TrainConfig.for_model(model, **settings)
        kind = {"frontend": config.frontend, "silence": config.silence}
        features = load_features(corpus, "train", **kind)
        trials = features.trials
        is_made = trials["utt_id"].str.endswith(MADE)
        n_classes = trials.groupby("source")["label"].nunique()
        for left_out in n_classes.index[n_classes == 2]:
            is_out = (trials["source"] == left_out).to_numpy()
            tested = features.subset(is_out & ~is_made)
            # The last epoch is kept, so the validation set chooses nothing.
            trained = fit(config, features.subset(~is_out), tested, seed=0).model
            scores = score_partition(trained, tested)
            found.append(scores.assign(model=model, part="train", source=left_out))
            print(f"{model} without {left_out}: {len(scores)} clips", flush=True)
        trained = fit(config, features, tested, seed=0).model
        for part in ("dev", "eval"):
            tested = load_features(corpus, part, **kind)
            scores = score_partition(trained, tested)
            source = tested.trials["source"].to_numpy()
            found.append(scores.assign(model=model, part=part, source=source))
    columns = ["model", "part", "source", "utt_id", "label", "score"]
    with atomic_path(options.out) as temporary:
        pd.concat(found)[columns].round(4).to_csv(temporary, index=False)


if __name__ == "__main__":
    main()
