"""Compare a corpus with its own protocols, and with the counts of the complete one.

Every listed file is decoded once. What makes a corpus unfit is an *issue*, with the
utterance it concerns. Reported without making it unfit: near duplicates (a voice
conversion that filters a recording keeps it: A06 of ASVspoof 2019 in train has sources
in dev), files that no protocol lists, and the counts of the complete corpus.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import starmap
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.archives import Progress
from antispoof.constants import LABELS, SAMPLE_RATE
from antispoof.corpora.corpus import Corpus, Counts, count_trials, list_folder
from antispoof.corpora.leaks import find_leaks, fingerprint
from antispoof.errors import AudioError

#: The kinds of issue and what they mean.
ISSUES = {
    "missing": "listed in a protocol, but the file does not exist",
    "undecodable": "the file cannot be decoded to its end",
    "wrong_format": "not the sampling rate and number of channels of the corpus",
    "listed_twice": "the utterance is listed more than once",
    "same_audio": "the same sound in two partitions or under two labels",
    "near_duplicate": "one recording in two partitions, changed in level, cut or coded",
    "shared_speaker": "the speaker is in train and in another partition",
    "shared_source": "the source is in train or dev and in another partition",
    "one_class": "the partition lacks bonafide or spoof trials",
}


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong.

    Attributes
    ----------
    kind
        A key of ``ISSUES``.
    partition
        The partition; several are joined by ``+``.
    name
        The utterance, speaker or label concerned; several are joined by ``+``.
    detail
        A path, a reason, a format.
    """

    kind: str
    partition: str
    name: str
    detail: str


@dataclass(frozen=True)
class PartitionAudit:
    """Counts of one partition.

    Attributes
    ----------
    listed
        Trials of the protocol.
    usable
        Those whose file exists, decodes, and has the right format.
    expected
        Trials of the complete corpus; None if that is not known.
    unlisted
        Number of files in the same folders that no protocol lists.
    seconds
        Duration of the files that decode.
    asv_scores
        Whether the speaker verification scores that min t-DCF needs exist; None if
        the corpus has none for this partition.
    """

    listed: Counts
    usable: Counts
    expected: Counts | None
    unlisted: int
    seconds: float
    asv_scores: bool | None


@dataclass(frozen=True)
class Audit:
    """Result of :func:`audit`.

    Attributes
    ----------
    root, name, description
        Of the corpus.
    partitions
        Name -> counts.
    issues
        In the order of ``ISSUES``, then of the protocols.
    trials
        Those of the corpus, with the columns ``issue`` (a kind or ""), ``detail``,
        ``seconds`` (0 if it cannot be decoded), ``digest`` of the samples and ``codes``
        (see ``antispoof.corpora.leaks``).
    """

    root: Path
    name: str
    description: str
    partitions: dict[str, PartitionAudit]
    issues: tuple[Issue, ...]
    trials: pd.DataFrame

    @property
    def ok(self) -> bool:
        """Whether nothing is missing or broken; a near duplicate is neither."""
        return all(issue.kind == "near_duplicate" for issue in self.issues)

    def to_dict(self) -> dict:
        """The audit for JSON, without the table of trials."""
        audit = asdict(replace(self, trials=None)) | {"root": str(self.root)}
        del audit["trials"]
        return audit | {"ok": self.ok}


def audit(corpus: Corpus, *, progress: Progress = lambda done, n: None) -> Audit:
    """Decode every listed file, with one thread per core, and report what is wrong.

    Parameters
    ----------
    corpus
        Open it with ``strict=False``: then utterances listed twice are issues.
    progress
        Called as ``progress(done, total)`` while files are decoded.
    """
    trials, rows = corpus.trials, []
    decode = partial(_decode, sample_rate=corpus.sample_rate)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding releases the GIL
        for row in pool.map(decode, trials["path"]):
            rows.append(row)
            progress(len(rows), len(trials))
    columns = ["issue", "detail", "seconds", "digest", "codes"]
    trials = trials.join(pd.DataFrame(rows, trials.index, columns))
    partitions = {}
    for name in corpus.partitions:
        rows = trials[trials["partition"] == name]
        folders = {Path(path).parent for path in rows["path"]}
        suffixes = tuple({Path(path).suffix for path in rows["path"]})
        found = {e.path for folder in folders for e in list_folder(folder)}
        unlisted = found.difference(trials["path"])
        asv_scores = corpus.asv_score_files.get(name)
        partitions[name] = PartitionAudit(
            listed=count_trials(rows, name),
            usable=count_trials(rows[rows["issue"] == ""], name),
            expected=corpus.expected_counts.get(name),
            unlisted=sum(path.endswith(suffixes) for path in unlisted),
            seconds=float(rows["seconds"].sum()),
            asv_scores=asv_scores and asv_scores.is_file(),
        )
    issues = sorted(_find_issues(trials), key=lambda i: list(ISSUES).index(i.kind))
    about = corpus.root, corpus.name, corpus.description
    return Audit(*about, partitions, tuple(issues), trials)


def _decode(path: str, *, sample_rate: int | None) -> tuple:
    """Kind of issue, detail, seconds, hash of the samples, and fingerprint."""
    from antispoof.audio import load, resample  # takes long to import

    none = np.zeros(0, np.uint32)
    if not Path(path).exists():
        return "missing", path, 0.0, "", none
    try:
        clip = load(path)
    except AudioError as error:
        return "undecodable", str(error), 0.0, "", none
    n_samples, channels = clip.samples.shape
    issue = detail = ""
    if sample_rate and (clip.sample_rate, channels) != (sample_rate, 1):
        issue = "wrong_format"
        detail = f"{path}: {clip.sample_rate} Hz, {channels} channel(s)"
    digest = hashlib.sha256(clip.samples).hexdigest()
    codes = fingerprint(resample(clip.mono(), clip.sample_rate, SAMPLE_RATE))
    return issue, detail, n_samples / clip.sample_rate, digest, codes


def find_leaks_between(audits: Sequence[Audit]) -> list[Issue]:
    """Leaks between several corpora; those within one are issues of its audit."""
    names = [found.name for found in audits]
    if len({*names}) < len(names):
        names = [str(found.root) for found in audits]
    tables = []
    for name, found in zip(names, audits, strict=True):
        own = {c: f"{name}/" + found.trials[c] for c in ("partition", "utt_id")}
        tables.append(found.trials.assign(**own))
    issues = starmap(Issue, find_leaks(pd.concat(tables, ignore_index=True)))
    return [
        issue
        for issue in issues
        if len({part.rpartition("/")[0] for part in issue.partition.split("+")}) > 1
    ]


def _find_issues(trials: pd.DataFrame) -> Iterator[Issue]:
    columns = ["issue", "partition", "utt_id", "detail"]
    for row in trials.loc[trials["issue"] != "", columns].itertuples(index=False):
        yield Issue(*row)
    repeated = trials[trials["utt_id"].duplicated(keep=False)]
    for utt_id, rows in repeated.groupby("utt_id", sort=False):
        times = rows["partition"].value_counts(sort=False)
        detail = ", ".join(f"{n} time(s) in {name}" for name, n in times.items())
        yield Issue("listed_twice", "+".join(times.index), utt_id, detail)
    groups = dict(list(trials.groupby("partition", sort=False)))
    for name, rows in groups.items():
        for label in sorted(set(LABELS) - set(rows["label"])):
            detail = f"partition {name} has no {label} trial"
            yield Issue("one_class", name, label, detail)
    yield from starmap(Issue, find_leaks(trials))
