"""Corpora: one reader per layout; find, open, download and audit them."""

from antispoof.corpora.auditing import ISSUES, Audit, Issue, PartitionAudit, audit
from antispoof.corpora.corpus import Corpus, file_sizes
from antispoof.corpora.counts import Counts, count_trials
from antispoof.corpora.discovery import find_corpus, load_or_synthesize
from antispoof.corpora.download import fetch, fetch_from_kaggle
from antispoof.corpora.protocol import read_protocol, write_protocol
from antispoof.corpora.registry import CORPORA, open_corpus, register_corpus

# Imported for its registration, like any reader without a name of its own here.
from antispoof.corpora.synthetic import reader as _synthetic  # noqa: F401

__all__ = [
    "CORPORA",
    "ISSUES",
    "Audit",
    "Corpus",
    "Counts",
    "Issue",
    "PartitionAudit",
    "audit",
    "count_trials",
    "fetch",
    "fetch_from_kaggle",
    "file_sizes",
    "find_corpus",
    "load_or_synthesize",
    "open_corpus",
    "read_protocol",
    "register_corpus",
    "write_protocol",
]
