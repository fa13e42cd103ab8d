"""Compare a corpus with its own protocols, and with the counts of the complete one.

Every listed file is decoded once. What makes a corpus unfit is an *issue*, with the
utterance it concerns. Reported without being an issue: files that no protocol lists,
the counts of the complete corpus, and sounds repeated within one class.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
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
        """The audit for JSON."""
        return asdict(self) | {"root": str(self.root), "ok": self.ok}


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
    trials = _decode_all(corpus, progress)
    same_audio, repeated_audio = _same_audio(trials)
    damaged = trials[trials["issue"] != ""]
    columns = damaged[["issue", "partition", "utt_id", "detail"]]
    issues = [
        *(Issue(*row) for row in columns.itertuples(index=False)),
        *_listed_twice(trials),
        *same_audio,
        *_shared_speakers(trials),
        *_one_class(trials),
    ]
    issues.sort(key=lambda issue: list(ISSUES).index(issue.kind))  # stable
    return Audit(
        root=corpus.root,
        name=corpus.name,
        description=corpus.description,
        partitions={
            name: PartitionAudit(
                listed=count_trials(trials, name),
                usable=count_trials(trials[trials["issue"] == ""], name),
                expected=corpus.expected_counts.get(name),
                unlisted=_count_unlisted(trials, name),
                seconds=float(trials["seconds"][trials["partition"] == name].sum()),
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


def _decode_all(
    corpus: Corpus, progress: Callable[[int, int], None] | None
) -> pd.DataFrame:
    """The trials with the columns ``issue`` (a kind or ""), ``detail``, ``seconds``
    and ``digest`` (of the samples; empty if they cannot be decoded)."""
    paths = corpus.trials["path"].tolist()
    sizes = file_sizes(paths)
    rows = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # The decoder and the hash release the GIL.
        for row in pool.map(partial(_decode, corpus.sample_rate), paths, sizes):
            rows.append(row)
            if progress is not None:
                progress(len(rows), len(paths))
    columns = ["issue", "detail", "seconds", "digest"]
    decoded = pd.DataFrame(rows, corpus.trials.index, columns)
    return pd.concat([corpus.trials, decoded], axis=1)


def _decode(
    sample_rate: int | None, path: str, size: int
) -> tuple[str, str, float, bytes]:
    if size == MISSING:
        return "missing", path, 0.0, b""
    try:
        clip = load(path)
    except AudioError as error:
        return "undecodable", str(error), 0.0, b""
    issue = detail = ""
    if sample_rate and (clip.sample_rate, clip.channels) != (sample_rate, 1):
        issue = "wrong_format"
        detail = (
            f"{path}: {clip.sample_rate} Hz, {clip.channels} channel(s);"
            f" accepted: {sample_rate} Hz, 1 channel"
        )
    seconds = len(clip.samples) / clip.sample_rate
    return issue, detail, seconds, hashlib.sha256(clip.samples).digest()


def _count_unlisted(trials: pd.DataFrame, partition: str) -> int:
    """Files in the folders of a partition that no protocol lists."""
    listed = set(map(Path, trials["path"]))
    paths = [Path(path) for path in trials["path"][trials["partition"] == partition]]
    suffixes = {path.suffix for path in paths}
    return sum(
        Path(entry.path).suffix in suffixes and Path(entry.path) not in listed
        for folder in {path.parent for path in paths}
        for entry in list_folder(folder)
    )


def _listed_twice(trials: pd.DataFrame) -> Iterable[Issue]:
    repeated = trials[trials["utt_id"].duplicated(keep=False)]
    for utt_id, rows in repeated.groupby("utt_id", sort=False):
        times = Counter(rows["partition"])
        detail = ", ".join(f"{n} time(s) in {name}" for name, n in times.items())
        yield Issue("listed_twice", "+".join(times), utt_id, detail)


def _same_audio(
    trials: pd.DataFrame,
) -> tuple[list[Issue], tuple[tuple[str, ...], ...]]:
    """Utterances with the same samples: issues, and groups within one class."""
    issues, harmless = [], []
    decoded = trials[trials["digest"] != b""].drop_duplicates("utt_id")
    repeated = decoded[decoded["digest"].duplicated(keep=False)]
    for _, group in repeated.groupby("digest", sort=False):
        if len(group[["partition", "label"]].drop_duplicates()) == 1:
            harmless.append(tuple(group["utt_id"]))
            continue
        where = group["utt_id"] + " (" + group["partition"] + " " + group["label"] + ")"
        partitions = "+".join(group["partition"].unique())
        detail = f"the same sound: {', '.join(where)}"
        issues.append(
            Issue("same_audio", partitions, "+".join(group["utt_id"]), detail)
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
        for label in sorted(set(LABELS) - set(labels)):
            detail = f"partition {name} has no {label} trial"
            yield Issue("one_class", name, label, detail)
