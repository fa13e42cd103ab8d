"""The run record: what was trained, how it went, what it scored; made once, reused."""

from antispoof.runs.jobs import is_current, train_or_load
from antispoof.runs.record import SCORED, Run, list_runs, run_path
from antispoof.runs.references import REFERENCE, SHORT_RUNS, record, recorded
from antispoof.runs.regression_check import matches, sing
from antispoof.runs.tables import (
    by_epochs,
    by_model,
    confusion,
    confusions,
    histories,
    per_attack_eer,
    results,
    scores_and_labels,
    standard_metrics,
    tables,
    thresholds,
)
from antispoof.runs.transfer import pack, unpack

__all__ = [
    "REFERENCE",
    "SCORED",
    "SHORT_RUNS",
    "Run",
    "per_attack_eer",
    "by_epochs",
    "by_model",
    "confusion",
    "confusions",
    "standard_metrics",
    "histories",
    "list_runs",
    "is_current",
    "train_or_load",
    "pack",
    "record",
    "recorded",
    "results",
    "run_path",
    "matches",
    "scores_and_labels",
    "sing",
    "tables",
    "thresholds",
    "unpack",
]
