"""Scores: of a partition by a model; read from and written to files."""

from antispoof.devices import best_device
from antispoof.scoring.merging import merge_scores
from antispoof.scoring.partition import logits, score, scores_frame, shard
from antispoof.scoring.score_files import (
    ReversedScoresWarning,
    read_asv_scores,
    read_scores,
    write_scores,
)

__all__ = [
    "ReversedScoresWarning",
    "best_device",
    "scores_frame",
    "logits",
    "merge_scores",
    "read_asv_scores",
    "read_scores",
    "score",
    "shard",
    "write_scores",
]
