"""Score files of shards, put together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from antispoof.errors import ScoreError
from antispoof.scoring.score_files import ReversedScoresWarning, read_scores


def merge_scores(shards: Sequence[str | Path], protocol: pd.DataFrame) -> pd.DataFrame:
    """Scores of a whole partition from those of its shards, whatever their order.

    Parameters
    ----------
    shards : score files; an empty one is a shard without trials.
    protocol : one row a trial with ``utt_id``, ``attack`` and ``label``.

    Returns
    -------
    DataFrame with ``utt_id``, ``attack``, ``label`` and ``score``, one row a trial of
    the protocol, in its order.

    Raises
    ------
    ScoreError
        If a file is no score file, two score the same trial, a trial is scored by
        none, is not in the protocol, or is labelled otherwise there.
    """
    parts = []
    for path in map(Path, shards):
        if path.is_file() and path.stat().st_size == 0:
            continue
        with warnings.catch_warnings():
            # A shard may hold few trials; what they rank is seen in the whole.
            warnings.simplefilter("ignore", ReversedScoresWarning)
            parts.append(read_scores(path).assign(file=path.name))
    if not parts:
        raise ScoreError("the shards hold no scores")
    scored = pd.concat(parts, ignore_index=True)
    double = scored[scored["utt_id"].duplicated(keep=False)]
    if len(double):
        utt_id = double["utt_id"].iloc[0]
        files = double.loc[double["utt_id"] == utt_id, "file"]
        raise ScoreError(
            f"shards overlap: {utt_id} is scored in {' and in '.join(files)}"
        )
    known = protocol["utt_id"]
    extra = scored[~scored["utt_id"].isin(known)]
    if len(extra):
        raise ScoreError(
            f"{len(extra)} trials of the shards are not in the protocol, the first"
            f" is {extra['utt_id'].iloc[0]} in {extra['file'].iloc[0]}"
        )
    absent = known[~known.isin(scored["utt_id"])]
    if len(absent):
        raise ScoreError(
            f"a shard is missing: {len(absent)} of {len(known)} trials are scored in"
            f" none of the {len(shards)} files, the first is {absent.iloc[0]}"
        )
    merged = scored.set_index("utt_id").loc[known].reset_index()
    other = merged["label"].to_numpy() != protocol["label"].to_numpy()
    if other.any():
        row = merged[other].iloc[0]
        raise ScoreError(
            f"{row['utt_id']} is {row['label']} in {row['file']} and not in the"
            " protocol: the shards are of another partition"
        )
    return merged[["utt_id", "attack", "label", "score"]]
