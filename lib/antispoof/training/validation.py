"""The validation speakers: training speakers that choose the checkpoint.

Choosing on dev would spend the testing dataset; a random split of utterances would put
every speaker on both sides.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from antispoof.config import TrainConfig
from antispoof.constants import BONAFIDE, LABELS, SPOOF
from antispoof.errors import CorpusError, ParameterError
from antispoof.frontends import FeatureSet

MAX_CANDIDATES = 32  # speakers with most trials of either class that are combined
MAX_SHARE = 1.5  # times its proportional share that validation may take of a class


def choose_val_speakers(trials: pd.DataFrame, n_speakers: int = 2) -> tuple[str, ...]:
    """The validation speakers, the same for every model and seed.

    Candidates are the groups of `n_speakers` that take at most 1.5 times their
    proportional share of either class (or a single trial) and leave both classes in
    training. The group whose rarer class is largest is chosen; ties go to the first in
    alphabetical order. (In the full corpus all speakers are alike; in a subset one
    speaker can have most trials of a class and must stay in training.) Without a
    candidate, the group whose rarest class on either side is largest is chosen. Of very
    many speakers, only those with most trials of a class are combined. Where every clip
    is a speaker of its own, so no speaker is known, a tenth of each class is taken.

    Parameters
    ----------
    trials : training trials with columns ``speaker`` and ``label``.

    Raises
    ------
    CorpusError
        If no group leaves both classes on both sides.
    """
    counts = trials.groupby(["speaker", "label"]).size().unstack(fill_value=0)
    table = counts.reindex(columns=LABELS, fill_value=0).to_numpy()
    total = table.sum(0)
    limit = np.maximum(MAX_SHARE * n_speakers / max(len(counts), 1) * total, 1)

    def rank(group: tuple[int, ...]) -> tuple[bool, bool, int]:
        taken = table[list(group)].sum(0)
        rarer = min(taken.min(), (total - taken).min())
        is_candidate = bool(rarer and (taken <= limit).all())
        return bool(rarer), is_candidate, taken.min() if is_candidate else rarer

    if len(counts) == len(trials) and total.min() >= 10:
        return tuple(trials["speaker"][trials.groupby("label").cumcount() % 10 == 9])
    most = np.argsort(-table, axis=0, kind="stable")[:MAX_CANDIDATES]
    groups = combinations(np.unique(most).tolist(), n_speakers)
    chosen = max(groups, key=rank, default=None)  # the first one of several
    if chosen is None or not rank(chosen)[0]:
        raise CorpusError(
            f"no {n_speakers} of train's {len(counts)} speakers leave both classes"
            " on both sides"
        )
    return tuple(counts.index[list(chosen)])


def split_validation(
    features: FeatureSet, n_speakers: int
) -> tuple[FeatureSet, FeatureSet]:
    """(training set, validation set) of training features: `choose_val_speakers`."""
    speakers = choose_val_speakers(features.trials, n_speakers)
    is_val = features.trials["speaker"].isin(speakers).to_numpy()
    return features.subset(~is_val), features.subset(is_val)


def draw_clips(train_set: FeatureSet, config: TrainConfig, seed: int) -> FeatureSet:
    """The training clips that a configuration's `n_bonafide` and `n_spoof` ask for.

    Raises
    ------
    ParameterError
        If there are fewer clips than asked for.
    """
    rng, kept = np.random.default_rng(seed), np.zeros(len(train_set), bool)
    for label, title, n in (
        (BONAFIDE, "bona fide", config.n_bonafide),
        (SPOOF, "spoof", config.n_spoof),
    ):
        rows = np.flatnonzero(train_set.labels == label)
        if n > len(rows):
            raise ParameterError(
                f"n_{LABELS[label]}={n}; accepted: up to {len(rows)}, the {title}"
                " training clips besides those of the validation speakers"
            )
        kept[rng.permutation(rows)[: n or len(rows)]] = True
    return train_set if kept.all() else train_set.subset(kept)
