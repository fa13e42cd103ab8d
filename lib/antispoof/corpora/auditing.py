"""Is everything there that the protocols list, and is it what it should be?

Every listed file is decoded once. What makes a corpus unfit is a *fault*, named by
utterance; what is merely worth knowing (FLACs in no protocol, the size compared with
the original) is reported beside.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from antispoof.audio import load
from antispoof.constants import LABELS, PARTITIONS, SAMPLE_RATE
from antispoof.corpora.asvspoof2019 import ASV_NAMES, Corpus, list_flac_ids
from antispoof.corpora.official import OFFICIAL, Counts, count_trials
from antispoof.errors import AudioError

#: The kinds of fault, each with what it means.
FAULTS = {
    "missing": "listed in a protocol, but there is no such file",
    "undecodable": "the file cannot be decoded to its end",
    "wrong_format": f"not {SAMPLE_RATE} Hz, one channel",
    "listed_twice": "the utterance is listed more than once",
    "same_audio": "the same sound in two partitions or under two labels",
    "shared_speaker": "the speaker is in train and in dev or eval",
    "one_class": "the partition lacks bonafide or spoof trials",
}

_BATCH = 32  # files handed to a thread at a time; singly, the handing over costs most


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    kind
        A key of ``FAULTS``.
    partition
        Where; several joined by ``+``.
    name
        The utterance, the speaker or the label concerned; several joined by ``+``.
    detail
        The particulars: a path, a reason, a format.
    """

    kind: str
    partition: str
    name: str
    detail: str


@dataclass(frozen=True)
class PartitionAudit:
    """One partition counted.

    Attributes
    ----------
    listed
        Trials of the protocol.
    usable
        Those of them whose file is there, decodes, and has the right format.
    official
        Trials of the original.
    unlisted
        FLACs in the folder that are in no protocol of this partition.
    seconds
        Sound in the files that decode.
    asv_scores
        Whether the speaker verification scores that min t-DCF needs are there; None
        for train, which has none.
    """

    listed: Counts
    usable: Counts
    official: Counts
    unlisted: int
    seconds: float
    asv_scores: bool | None


@dataclass(frozen=True)
class Audit:
    """What :func:`audit` found.

    Attributes
    ----------
    root, kind, description
        Of the corpus.
    partitions
        Name -> counts, in the order train, dev, eval.
    faults
        All that is wrong, in the order of ``FAULTS``, then of the protocols.
    repeated_audio
        Groups of utterances of one partition and label with the same sound to the
        sample. Odd, but neither a leak nor a contradiction: not a fault.
    """

    root: Path
    kind: str
    description: str
    partitions: dict[str, PartitionAudit]
    faults: tuple[Fault, ...]
    repeated_audio: tuple[tuple[str, ...], ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing or broken."""
        return not self.faults

    def count(self, kind: str) -> int:
        """Number of faults of one kind."""
        return sum(fault.kind == kind for fault in self.faults)

    def to_dict(self) -> dict:
        """The whole audit in what JSON knows; faults grouped by kind."""
        return {
            "root": str(self.root),
            "kind": self.kind,
            "description": self.description,
            "ok": self.ok,
            "partitions": {
                name: {
                    "listed": _counts_to_dict(part.listed),
                    "usable": _counts_to_dict(part.usable),
                    "official": _counts_to_dict(part.official),
                    "unlisted_flacs": part.unlisted,
                    "seconds": round(part.seconds, 3),
                    "asv_scores": part.asv_scores,
                }
                for name, part in self.partitions.items()
            },
            "faults": {
                kind: [
                    {
                        "partition": fault.partition,
                        "name": fault.name,
                        "detail": fault.detail,
                    }
                    for fault in self.faults
                    if fault.kind == kind
                ]
                for kind in FAULTS
            },
            "repeated_audio": [list(group) for group in self.repeated_audio],
        }


@dataclass(frozen=True)
class _Heard:
    """What decoding one file told: its fault if any, else its length and content."""

    fault: tuple[str, str] | None
    seconds: float = 0.0
    digest: bytes = b""


def audit(
    corpus: Corpus, *, progress: Callable[[int, int], None] | None = None
) -> Audit:
    """Hold a corpus against its own protocols, and against the original's size.

    Decodes every listed file, on all cores.

    Parameters
    ----------
    corpus
        As :func:`open_corpus` gives it; opened with ``strict=False``, so that
        utterances listed twice are named here instead of refused there.
    progress
        Called as ``progress(done, total)`` while files are decoded.
    """
    trials = corpus.trials
    there = {name: list_flac_ids(corpus.root, name) for name in PARTITIONS}
    heard = _hear(trials, there, progress=progress)
    usable = trials[[sound.fault is None for sound in heard]]
    leaks, repeated_audio = _same_audio(trials, heard)
    faults = [
        *_file_faults(trials, heard),
        *_listed_twice(trials),
        *leaks,
        *_shared_speakers(trials),
        *_one_class(trials),
    ]
    order = list(FAULTS)
    faults.sort(key=lambda fault: order.index(fault.kind))  # stable
    seconds = pd.Series([sound.seconds for sound in heard], index=trials.index)
    partitions = {}
    for name in PARTITIONS:
        chosen = trials["partition"] == name
        listed = set(trials.loc[chosen, "utt_id"])
        partitions[name] = PartitionAudit(
            listed=count_trials(trials, name),
            usable=count_trials(usable, name),
            official=OFFICIAL[name],
            unlisted=len(there[name] - listed),
            seconds=float(seconds[chosen].sum()),
            asv_scores=(
                corpus.asv_scores(name) is not None if name in ASV_NAMES else None
            ),
        )
    return Audit(
        root=corpus.root,
        kind=corpus.kind,
        description=corpus.description,
        partitions=partitions,
        faults=tuple(faults),
        repeated_audio=repeated_audio,
    )


def _hear(
    trials: pd.DataFrame,
    there: dict[str, set[str]],
    *,
    progress: Callable[[int, int], None] | None,
) -> list[_Heard]:
    """Decode what is there, one result a trial, in their order."""
    rows = zip(trials["utt_id"], trials["partition"], trials["path"], strict=True)
    heard = [
        None if utt_id in there[partition] else _Heard(fault=("missing", path))
        for utt_id, partition, path in rows
    ]
    to_do = [place for place, sound in enumerate(heard) if sound is None]
    paths = trials["path"].iloc[to_do].tolist()
    batches = [paths[at : at + _BATCH] for at in range(0, len(paths), _BATCH)]
    done = 0
    # Threads: the decoder and the digest both let go of Python's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for sounds in pool.map(_hear_files, batches):
            for sound in sounds:
                heard[to_do[done]] = sound
                done += 1
            if progress is not None:
                progress(done, len(to_do))
    return heard


def _hear_files(paths: list[str]) -> list[_Heard]:
    return [_hear_file(path) for path in paths]


def _hear_file(path: str) -> _Heard:
    try:
        clip = load(path)
    except AudioError as error:
        return _Heard(fault=("undecodable", str(error)))
    fault = None
    if clip.sample_rate != SAMPLE_RATE or clip.channels != 1:
        fault = (
            "wrong_format",
            f"{path}: {clip.sample_rate} Hz, {clip.channels} channel(s); accepted is "
            f"{SAMPLE_RATE} Hz, 1 channel",
        )
    return _Heard(
        fault=fault,
        seconds=len(clip.samples) / clip.sample_rate,
        digest=hashlib.sha256(clip.samples).digest(),
    )


def _file_faults(trials: pd.DataFrame, heard: list[_Heard]) -> Iterable[Fault]:
    names = zip(trials["partition"], trials["utt_id"], heard, strict=True)
    for partition, utt_id, sound in names:
        if sound.fault is not None:
            kind, detail = sound.fault
            yield Fault(kind=kind, partition=partition, name=utt_id, detail=detail)


def _listed_twice(trials: pd.DataFrame) -> Iterable[Fault]:
    repeated = trials[trials["utt_id"].duplicated(keep=False)]
    for utt_id, rows in repeated.groupby("utt_id", sort=False):
        times = Counter(rows["partition"])
        yield Fault(
            kind="listed_twice",
            partition="+".join(times),
            name=utt_id,
            detail=", ".join(f"{times[name]} time(s) in {name}" for name in times),
        )


def _same_audio(
    trials: pd.DataFrame, heard: list[_Heard]
) -> tuple[list[Fault], tuple[tuple[str, ...], ...]]:
    """Utterances that are one sound: leaks and contradictions, and harmless repeats."""
    groups = defaultdict(dict)
    columns = (trials[name] for name in ("utt_id", "partition", "label"))
    for utt_id, partition, label, sound in zip(*columns, heard, strict=True):
        if sound.digest:
            groups[sound.digest].setdefault(utt_id, (partition, label))
    faults, harmless = [], []
    for group in groups.values():
        if len(group) < 2:
            continue
        if len(set(group.values())) == 1:
            harmless.append(tuple(group))
            continue
        where = (f"{utt_id} ({' '.join(group[utt_id])})" for utt_id in group)
        faults.append(
            Fault(
                kind="same_audio",
                partition="+".join(dict.fromkeys(p for p, _ in group.values())),
                name="+".join(group),
                detail="one sound: " + ", ".join(where),
            )
        )
    return faults, tuple(harmless)


def _shared_speakers(trials: pd.DataFrame) -> Iterable[Fault]:
    speakers = {
        name: set(trials.loc[trials["partition"] == name, "speaker"])
        for name in PARTITIONS
    }
    for other in PARTITIONS[1:]:
        for speaker in sorted(speakers["train"] & speakers[other]):
            yield Fault(
                kind="shared_speaker",
                partition=f"train+{other}",
                name=speaker,
                detail=f"speaker {speaker} is in train and in {other}",
            )


def _one_class(trials: pd.DataFrame) -> Iterable[Fault]:
    for name in PARTITIONS:
        present = set(trials.loc[trials["partition"] == name, "label"])
        for label in LABELS:
            if label not in present:
                yield Fault(
                    kind="one_class",
                    partition=name,
                    name=label,
                    detail=f"partition {name} has no {label} trial",
                )


def _counts_to_dict(counts: Counts) -> dict:
    return {
        "bonafide": counts.bonafide,
        "spoof": counts.spoof,
        "total": counts.total,
        "speakers": counts.speakers,
        "attacks": dict(counts.attacks),
    }
