"""Fetch, find, open, list and audit a corpus in the ASVspoof 2019 LA layout."""

from antispoof.corpus.auditing import FAULTS, Audit, Fault, PartitionAudit, audit
from antispoof.corpus.discovery import find, project_folder
from antispoof.corpus.fetching import fetch, fetch_from_kaggle
from antispoof.corpus.folder import Corpus, open_corpus
from antispoof.corpus.official import OFFICIAL, Counts, counts_of
from antispoof.corpus.protocol import read_protocol, write_protocol

__all__ = [
    "FAULTS",
    "OFFICIAL",
    "Audit",
    "Corpus",
    "Counts",
    "Fault",
    "PartitionAudit",
    "audit",
    "counts_of",
    "fetch",
    "fetch_from_kaggle",
    "find",
    "open_corpus",
    "project_folder",
    "read_protocol",
    "write_protocol",
]
