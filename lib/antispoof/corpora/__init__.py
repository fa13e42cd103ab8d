"""Fetch, find, open, list and audit a corpus in the ASVspoof 2019 LA layout."""

from antispoof.corpora.asvspoof2019 import Corpus, open_corpus
from antispoof.corpora.auditing import FAULTS, Audit, Fault, PartitionAudit, audit
from antispoof.corpora.discovery import find_corpus, project_folder
from antispoof.corpora.fetching import fetch, fetch_from_kaggle
from antispoof.corpora.finding import load_or_synthesize
from antispoof.corpora.official import OFFICIAL, Counts, count_trials
from antispoof.corpora.protocol import read_protocol, write_protocol

__all__ = [
    "FAULTS",
    "OFFICIAL",
    "Audit",
    "Corpus",
    "Counts",
    "Fault",
    "PartitionAudit",
    "audit",
    "count_trials",
    "fetch",
    "fetch_from_kaggle",
    "find_corpus",
    "load_or_synthesize",
    "open_corpus",
    "project_folder",
    "read_protocol",
    "write_protocol",
]
