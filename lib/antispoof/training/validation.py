"""Which training speakers are held out for choosing the checkpoint.

Choosing on dev would spend the testing dataset; a random split of utterances would
put every speaker on both sides.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from antispoof.errors import CorpusError
from antispoof.frontends import FeatureSet

SHARE = 1.5  # of its fair share of either class a held-out group may take at most


def choose_holdout(trials: pd.DataFrame, n_speakers: int = 2) -> tuple[str, ...]:
    """The speakers to hold out, the same for every model and seed.

    Among the groups of `n_speakers` that take no more than 1.5 times their fair
    share of either class (or a single trial), and leave both classes in training, the
    one whose rarer class is largest; ties go to the first in alphabetical order. (In
    the full corpus all speakers are nearly alike; in a subset one speaker can hold
    most of a class and must stay in training.) Where every group takes more, the one
    whose rarest class on either side is largest.

    Parameters
    ----------
    trials : training trials with columns ``speaker`` and ``label``.

    Raises
    ------
    CorpusError
        If no group leaves both classes on both sides.
    """
    counts = trials.groupby(["speaker", "label"]).size().unstack(fill_value=0)
    if counts.shape[1] < 2 or len(counts) <= n_speakers:
        raise CorpusError(
            f"train has {len(counts)} speakers and the classes"
            f" {', '.join(counts.columns)}: cannot hold out {n_speakers} speakers"
            " with both classes on both sides"
        )
    table = counts.to_numpy()
    total = table.sum(0)
    limit = np.maximum(SHARE * n_speakers / len(counts) * total, 1)
    best, chosen = 0, ()
    fallback, spare = 0, ()
    for group in combinations(range(len(counts)), n_speakers):
        held = table[list(group)].sum(0)
        rarer = int(min(held.min(), (total - held).min()))
        if rarer and (held <= limit).all() and held.min() > best:
            best, chosen = int(held.min()), group
        if rarer > fallback:
            fallback, spare = rarer, group
    if not chosen and not spare:
        raise CorpusError(
            f"no {n_speakers} of train's {len(counts)} speakers leave both classes"
            " on both sides"
        )
    return tuple(counts.index[list(chosen or spare)])


def split_holdout(
    features: FeatureSet, n_speakers: int
) -> tuple[FeatureSet, FeatureSet]:
    """Training features as (what is fitted, what chooses the checkpoint)."""
    held = features.trials["speaker"].isin(choose_holdout(features.trials, n_speakers))
    return features.subset(~held.to_numpy()), features.subset(held.to_numpy())
