"""Run records: configuration, history and scores of each training; reused if valid."""

from antispoof.runs import tables
from antispoof.runs.jobs import train_or_load
from antispoof.runs.record import Run, list_runs, run_path
from antispoof.runs.references import REFERENCES, SHORT_RUNS, load_references
from antispoof.runs.transfer import export_runs, import_runs
