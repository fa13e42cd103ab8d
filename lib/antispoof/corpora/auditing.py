"""Compare a corpus with its own protocols, and with the counts of the complete one.

Every listed file is decoded once. What makes a corpus unfit is an *issue*, with the
utterance it concerns. Reported without being an issue: files that no protocol lists,
the counts of the complete corpus, and sounds repeated within one class.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from antispoof.audio import load
from antispoof.constants import LABELS
from antispoof.corpora.corpus import MISSING, Corpus, file_sizes, list_folder
from antispoof.corpora.counts import Counts, count_trials
from antispoof.errors import AudioError

#: The kinds of issue and what they mean.
ISSUES = {
    "missing": "listed in a protocol, but the file does not exist",
    "undecodable": "the file cannot be decoded to its end",
    "wrong_format": "not the sampling rate and number of channels of the corpus",
    "listed_twice": "the utterance is listed more than once",
    "same_audio": "the same sound in two partitions or under two labels",
    "shared_speaker": "the speaker is in train and in another partition",
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
    repeated_audio
        Groups of utterances of one partition and label with exactly the same sound.
        Unusual, but neither a leak nor a contradiction, so not an issue.
    """

    root: Path
    name: str
    description: str
    partitions: dict[str, PartitionAudit]
    issues: tuple[Issue, ...]
    repeated_audio: tuple[tuple[str, ...], ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing or broken."""
        return not self.issues

    def count(self, kind: str) -> int:
        """Number of issues of one kind."""
        return sum(issue.kind == kind for issue in self.issues)

    def to_dict(self) -> dict:
        """The audit for JSON; issues grouped by kind."""
        issues = {kind: [] for kind in ISSUES}
        for issue in self.issues:
            row = asdict(issue)
            issues[row.pop("kind")].append(row)
        return {
            "root": str(self.root),
            "name": self.name,
            "description": self.description,
            "ok": self.ok,
            "partitions": {
                name: {
                    "listed": part.listed.to_dict(),
                    "usable": part.usable.to_dict(),
                    "expected": part.expected and part.expected.to_dict(),
                    "unlisted": part.unlisted,
                    "seconds": round(part.seconds, 3),
                    "asv_scores": part.asv_scores,
                }
                for name, part in self.partitions.items()
            },
            "issues": issues,
            "repeated_audio": [list(group) for group in self.repeated_audio],
        }


@dataclass(frozen=True)
class _DecodedFile:
    """Result of decoding one file: kind and detail of an issue, length, content."""

    issue: tuple[str, str] | None
    seconds: float = 0.0
    digest: bytes = b""


def audit(
    corpus: Corpus, *, progress: Callable[[int, int], None] | None = None
) -> Audit:
    """Decode every listed file, with one thread per core, and report what is wrong.

    Parameters
    ----------
    corpus
        Open it with ``strict=False``: then utterances listed twice are issues.
    progress
        Called as ``progress(done, total)`` while files are decoded.
    """
    trials = corpus.trials
    exists = file_sizes(trials["path"]) != MISSING
    decoded = [_DecodedFile(issue=("missing", path)) for path in trials["path"]]
    rows = exists.nonzero()[0]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # The decoder and the hash release the GIL.
        results = pool.map(
            lambda path: _decode(path, corpus.sample_rate), trials["path"].iloc[rows]
        )
        for done, (row, result) in enumerate(zip(rows, results, strict=True), start=1):
            decoded[row] = result
            if progress is not None:
                progress(done, len(rows))
    leaks, repeated_audio = _same_audio(trials, decoded)
    issues = [
        *_file_issues(trials, decoded),
        *_listed_twice(trials),
        *leaks,
        *_shared_speakers(trials),
        *_one_class(trials),
    ]
    issues.sort(key=lambda issue: list(ISSUES).index(issue.kind))  # stable
    usable = trials[[file.issue is None for file in decoded]]
    seconds = pd.Series([file.seconds for file in decoded], index=trials.index)
    return Audit(
        root=corpus.root,
        name=corpus.name,
        description=corpus.description,
        partitions={
            name: PartitionAudit(
                listed=count_trials(trials, name),
                usable=count_trials(usable, name),
                expected=corpus.expected_counts.get(name),
                unlisted=_count_unlisted(trials, name),
                seconds=float(seconds[trials["partition"] == name].sum()),
                asv_scores=(
                    corpus.asv_scores(name) is not None
                    if name in corpus.asv_score_files
                    else None
                ),
            )
            for name in corpus.partitions
        },
        issues=tuple(issues),
        repeated_audio=repeated_audio,
    )


def _decode(path: str, sample_rate: int | None) -> _DecodedFile:
    try:
        clip = load(path)
    except AudioError as error:
        return _DecodedFile(issue=("undecodable", str(error)))
    issue = None
    if sample_rate is not None and (clip.sample_rate, clip.channels) != (
        sample_rate,
        1,
    ):
        issue = (
            "wrong_format",
            f"{path}: {clip.sample_rate} Hz, {clip.channels} channel(s);"
            f" accepted: {sample_rate} Hz, 1 channel",
        )
    return _DecodedFile(
        issue=issue,
        seconds=len(clip.samples) / clip.sample_rate,
        digest=hashlib.sha256(clip.samples).digest(),
    )


def _count_unlisted(trials: pd.DataFrame, partition: str) -> int:
    """Files in the folders of a partition that no protocol lists."""
    listed = {Path(path) for path in trials["path"]}
    paths = [Path(path) for path in trials["path"][trials["partition"] == partition]]
    suffixes = {path.suffix for path in paths}
    return sum(
        Path(entry.path).suffix in suffixes and Path(entry.path) not in listed
        for folder in {path.parent for path in paths}
        for entry in list_folder(folder)
    )


def _file_issues(trials: pd.DataFrame, decoded: list[_DecodedFile]) -> Iterable[Issue]:
    for partition, utt_id, file in zip(
        trials["partition"], trials["utt_id"], decoded, strict=True
    ):
        if file.issue is not None:
            kind, detail = file.issue
            yield Issue(kind, partition, utt_id, detail)


def _listed_twice(trials: pd.DataFrame) -> Iterable[Issue]:
    repeated = trials[trials["utt_id"].duplicated(keep=False)]
    for utt_id, rows in repeated.groupby("utt_id", sort=False):
        times = Counter(rows["partition"])
        detail = ", ".join(f"{n} time(s) in {name}" for name, n in times.items())
        yield Issue("listed_twice", "+".join(times), utt_id, detail)


def _same_audio(
    trials: pd.DataFrame, decoded: list[_DecodedFile]
) -> tuple[list[Issue], tuple[tuple[str, ...], ...]]:
    """Utterances with the same samples: issues, and groups within one class."""
    groups: dict[bytes, dict[str, tuple[str, str]]] = defaultdict(dict)
    columns = (trials[name] for name in ("utt_id", "partition", "label"))
    for utt_id, partition, label, file in zip(*columns, decoded, strict=True):
        if file.digest:
            groups[file.digest].setdefault(utt_id, (partition, label))
    issues, harmless = [], []
    for group in groups.values():
        if len(group) > 1 and len(set(group.values())) == 1:
            harmless.append(tuple(group))
        elif len(group) > 1:
            partitions = dict.fromkeys(partition for partition, _ in group.values())
            where = (f"{utt_id} ({' '.join(place)})" for utt_id, place in group.items())
            detail = f"the same sound: {', '.join(where)}"
            issues.append(
                Issue("same_audio", "+".join(partitions), "+".join(group), detail)
            )
    return issues, tuple(harmless)


def _shared_speakers(trials: pd.DataFrame) -> Iterable[Issue]:
    speakers = trials.groupby("partition", sort=False)["speaker"].agg(set)
    for other in speakers.index.drop("train", errors="ignore"):
        for speaker in sorted(speakers.get("train", set()) & speakers[other]):
            detail = f"speaker {speaker} is in train and in {other}"
            yield Issue("shared_speaker", f"train+{other}", speaker, detail)


def _one_class(trials: pd.DataFrame) -> Iterable[Issue]:
    for name, labels in trials.groupby("partition", sort=False)["label"]:
        for label in LABELS:
            if label not in set(labels):
                detail = f"partition {name} has no {label} trial"
                yield Issue("one_class", name, label, detail)
