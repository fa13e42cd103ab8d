"""The run record: what was trained, how it went, what it scored; made once, reused."""

from antispoof.runs.canary import same_behaviour, sing
from antispoof.runs.obtain import made_by_this_code, obtain
from antispoof.runs.packing import pack, unpack
from antispoof.runs.record import SCORED, Run, list_runs, run_path
from antispoof.runs.reference import REFERENCE, SHORTER, record, recorded
from antispoof.runs.results import (
    attack_rates,
    by_length,
    by_model,
    confusion,
    confusions,
    field_measures,
    histories,
    results,
    scores_and_labels,
    tables,
    thresholds,
)

__all__ = [
    "REFERENCE",
    "SCORED",
    "SHORTER",
    "Run",
    "attack_rates",
    "by_length",
    "by_model",
    "confusion",
    "confusions",
    "field_measures",
    "histories",
    "list_runs",
    "made_by_this_code",
    "obtain",
    "pack",
    "record",
    "recorded",
    "results",
    "run_path",
    "same_behaviour",
    "scores_and_labels",
    "sing",
    "tables",
    "thresholds",
    "unpack",
]
