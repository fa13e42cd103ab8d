"""Scores: of a partition by a model; read from and written to files."""

from antispoof.scoring.devices import best_device
from antispoof.scoring.files import (
    ReversedScoresWarning,
    read_asv_scores,
    read_scores,
    write_scores,
)
from antispoof.scoring.partition import logits, score

__all__ = [
    "ReversedScoresWarning",
    "best_device",
    "logits",
    "read_asv_scores",
    "read_scores",
    "score",
    "write_scores",
]
