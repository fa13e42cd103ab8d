"""Run records: configuration, history and scores of each training; reused if valid."""

from antispoof.runs.jobs import train_or_load
from antispoof.runs.record import Run, list_runs, run_path
from antispoof.runs.references import (
    REFERENCES,
    SHORT_RUNS,
    load_references,
    save_reference,
)
from antispoof.runs.transfer import export_runs, import_runs

__all__ = [
    "REFERENCES",
    "SHORT_RUNS",
    "Run",
    "export_runs",
    "import_runs",
    "list_runs",
    "load_references",
    "run_path",
    "save_reference",
    "train_or_load",
]

# TEMPORARY: callers import these from runs.tables.
from antispoof.runs.record import SCORED  # noqa: E402,F401
from antispoof.runs.tables import *  # noqa: E402,F403
