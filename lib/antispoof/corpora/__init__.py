"""Corpora: one reader per layout; find, open, download and audit them."""

# For their registration:
from antispoof.corpora import asvspoof5, asvspoof2021, folder, in_the_wild
from antispoof.corpora.auditing import (
    ISSUES,
    Audit,
    Issue,
    PartitionAudit,  # the reference names it as a type
    audit,
    find_leaks_between,
)
from antispoof.corpora.corpus import Corpus, Counts, count_trials, file_sizes
from antispoof.corpora.discovery import find_corpus, load_or_synthesize
from antispoof.corpora.download import fetch
from antispoof.corpora.joining import join_corpora
from antispoof.corpora.protocol import read_protocol, write_protocol
from antispoof.corpora.registry import CORPORA, open_corpus, register_corpus
from antispoof.corpora.synthetic import reader  # for its registration
