"""A corpus: one table of trials, what is known about it, and its identity."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.constants import EXTENSIONS, LABELS, NO_ATTACK
from antispoof.errors import CorpusError, ParameterError
from antispoof.hashing import hash_file

COLUMNS = ("utt_id", "speaker", "attack", "label", "partition", "path")
MISSING = -1  # size of a file that does not exist
N_HASHED = 64  # of the WAVs, spread evenly


@dataclass(frozen=True)
class Counts:
    """Number of bona fide trials, of spoof trials per attack, and of speakers."""

    bonafide: int
    attacks: dict[str, int]
    speakers: int

    @property
    def spoof(self) -> int:
        """Spoof trials of all attacks."""
        return sum(self.attacks.values())

    @property
    def total(self) -> int:
        """All trials."""
        return self.bonafide + self.spoof


def count_trials(trials: pd.DataFrame, partition: str) -> Counts:
    """Count the trials of one partition.

    Parameters
    ----------
    trials
        Columns ``speaker``, ``attack``, ``partition``, as in ``Corpus.trials``.
    """
    rows = trials[trials["partition"] == partition]
    attacks = rows["attack"].value_counts().sort_index().to_dict()
    bonafide = attacks.pop(NO_ATTACK, 0)
    return Counts(bonafide, attacks, speakers=rows["speaker"].nunique())


@dataclass(frozen=True, eq=False)
class Corpus:
    """What a reader returns: the trials of a corpus and what is known about it.

    Attributes
    ----------
    name
        Short name in the folders of runs and features, such as ``asvspoof2019-la``.
    title
        Name for people, as it reads inside a sentence: ``ASVspoof 2019 LA``.
    root
        Folder of the corpus, absolute.
    trials
        One row per trial, in the order of the protocols. Columns (all str):
        ``utt_id``, ``speaker``, ``attack`` (``-`` for bona fide speech), ``label``
        (``bonafide`` or ``spoof``), ``partition``, ``path`` (absolute, of a FLAC, WAV,
        MP3, ...). More columns are allowed, such as ``source``.
    caveat
        A sentence that is shown with every result on this corpus, or "".
    is_synthetic
        Whether a program made all of its speech.
    asv_score_files
        Partition -> where the speaker verification scores that min t-DCF needs are
        expected.
    expected_counts
        Partition -> number of trials of the complete corpus, for the audit.
    sample_rate
        Hz, if the corpus is defined as mono audio at one rate; None if any format
        belongs to it.

    Raises
    ------
    CorpusError
        If ``trials`` is empty, lacks a column or a value, or has an unknown label.
    """

    name: str
    title: str
    root: Path
    trials: pd.DataFrame
    caveat: str = ""
    is_synthetic: bool = False
    asv_score_files: Mapping[str, Path] = field(default_factory=dict)
    expected_counts: Mapping[str, Counts] = field(default_factory=dict)
    sample_rate: int | None = None

    def __post_init__(self) -> None:
        table = self.trials.reindex(columns=list(COLUMNS))
        lacking = [name for name in COLUMNS if table[name].isna().any() or table.empty]
        unknown = {str(label) for label in table["label"]} - set(LABELS)
        if lacking or unknown:
            raise CorpusError(
                f"trials of {self.name} in {self.root}: missing or incomplete:"
                f" {', '.join(lacking) or 'nothing'}; unknown labels:"
                f" {', '.join(unknown) or 'none'}; every trial needs"
                f" {', '.join(COLUMNS)}, and one of the labels {', '.join(LABELS)}"
            )

    @cached_property
    def partitions(self) -> tuple[str, ...]:
        """Partitions that the corpus has, in order; some corpora have eval alone."""
        return tuple(self.trials["partition"].unique())

    @cached_property
    def id(self) -> str:
        """``<name>-<8 hex digits>``: identity of the protocols and of the sound files.

        It covers partition, speaker, utterance, attack and label of every trial, in
        order, and the name and size of its file (-1 if it does not exist). The size of
        a WAV depends on its length alone, so the content of some WAVs is covered, too.
        The id does not depend on where the folder is. It is computed once, when first
        used: open the corpus again after its files changed.
        """
        columns = ["partition", "speaker", "utt_id", "attack", "label"]
        texts = [self.trials[column].tolist() for column in columns]
        paths = self.trials["path"]
        sizes = file_sizes(paths)
        texts += [path.rpartition(os.sep)[2] for path in paths], map(str, sizes)
        wavs = paths[paths.str.lower().str.endswith(".wav") & (sizes != MISSING)]
        if len(wavs):
            sample = wavs[:: -(-len(wavs) // N_HASHED)]
            texts.append(map(hash_file, sample))
        digest = hashlib.sha256("\n\n".join(map("\n".join, texts)).encode())
        return f"{self.name}-{digest.hexdigest()[:8]}"

    @property
    def description(self) -> str:
        """One line for the top of a page: which corpus, how large, its caveat."""
        counts = self.trials["partition"].value_counts()
        sizes = ", ".join(f"{name} {counts[name]}" for name in self.partitions)
        title = self.title[:1].upper() + self.title[1:]
        return f"{title}, {len(self.trials)} trials ({sizes}). {self.caveat}".rstrip()

    def partition(self, name: str) -> pd.DataFrame:
        """Trials of one partition, in the order of the protocol.

        Raises
        ------
        ParameterError
            If the corpus does not have this partition.
        """
        if name not in self.partitions:
            known = ", ".join(self.partitions)
            raise ParameterError(
                f"{self.name} has no partition {name!r}; it has {known}"
            )
        return self.trials[self.trials["partition"] == name].reset_index(drop=True)

    def require_both_classes(self, name: str) -> pd.DataFrame:
        """Same as :meth:`partition`; raises if one of the two classes is missing.

        Raises
        ------
        CorpusError
            If the partition has no bona fide or no spoof trial.
        """
        trials = self.partition(name)
        for label in LABELS:
            if label not in set(trials["label"]):
                raise CorpusError(
                    f"partition {name!r} of {self.root} has no {label} trial;"
                    " both classes, bonafide and spoof, are needed"
                )
        return trials

    def require_audio(self, name: str) -> pd.DataFrame:
        """Same as :meth:`partition`; raises if a sound file is missing.

        Raises
        ------
        CorpusError
            If a file is missing; names the first one, and what lies there instead.
        """
        trials = self.partition(name)
        missing = file_sizes(trials["path"]) == MISSING
        if missing.any():
            first = trials.loc[missing, "path"].iloc[0]
            folder = next(filter(list_folder, Path(first).parents))
            there = sorted(entry.name for entry in list_folder(folder))
            raise CorpusError(
                f"{missing.sum()} of the {len(trials)} files of partition {name!r} are"
                f" missing, the first is {first}; {folder} has"
                f" {', '.join(there[:5])}{', ...' * (len(there) > 5)};"
                " `antispoof corpus audit` lists all that are missing"
            )
        return trials


def file_sizes(paths: Sequence[str]) -> np.ndarray:
    """Bytes of each file, ``MISSING`` where there is none; int64, shape (n,).

    Lists each folder once, which is faster than one request per file.

    Raises
    ------
    CorpusError
        If a folder exists but cannot be listed.
    """
    sizes = np.full(len(paths), MISSING, np.int64)
    folders: dict[str, dict[str, os.DirEntry]] = {}
    for i, path in enumerate(paths):
        # pathlib would take a second more for 121 461 files.
        folder, _, name = path.rpartition(os.sep)
        if folder not in folders:
            folders[folder] = {entry.name: entry for entry in list_folder(folder)}
        if name in folders[folder]:
            with suppress(FileNotFoundError):  # a link to nothing
                sizes[i] = folders[folder][name].stat().st_size
    return sizes


def find_audio(utt_ids: Iterable[str], folders: Sequence[str | Path]) -> list[str]:
    """Path of each utterance's file in these folders, whatever its ending.

    A FLAC goes first, then other sound. Where there is no file, the path of a FLAC in
    the first folder.

    Raises
    ------
    CorpusError
        If a folder exists but cannot be listed.
    """

    def priority(entry: os.DirEntry) -> tuple:
        name = entry.name.lower()
        return name.endswith(".flac"), name.endswith(EXTENSIONS), entry.name

    entries = [entry for folder in folders for entry in list_folder(folder)]
    entries.sort(key=priority)  # the last wins
    by_id = {entry.name.rpartition(".")[0]: entry.path for entry in entries}
    return [by_id.get(u, f"{folders[0]}{os.sep}{u}.flac") for u in utt_ids]


def list_folder(folder: str | Path) -> list[os.DirEntry]:
    """Entries of a folder; none if it does not exist.

    Raises
    ------
    CorpusError
        If the folder exists but cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CorpusError(f"{folder} cannot be read: {error.strerror}") from None
