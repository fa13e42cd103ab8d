"""Scores: of a partition by a model; read from and written to files."""

from antispoof.scoring.devices import best_device
from antispoof.scoring.files import (
    ReversedScoresWarning,
    read_asv_scores,
    read_scores,
    write_scores,
)
from antispoof.scoring.merging import merge_scores
from antispoof.scoring.partition import frame_of, logits, score, shard

__all__ = [
    "ReversedScoresWarning",
    "best_device",
    "frame_of",
    "logits",
    "merge_scores",
    "read_asv_scores",
    "read_scores",
    "score",
    "shard",
    "write_scores",
]
