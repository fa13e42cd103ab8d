"""A corpus: the official ``LA/`` folder as one table, a row per trial.

The folder holds ``ASVspoof2019_LA_cm_protocols``, the audio in
``ASVspoof2019_LA_{train,dev,eval}/flac`` and, optionally, the speaker verification
scores that min t-DCF needs in ``ASVspoof2019_LA_asv_scores``. What is in the corpus
is what the protocols list: the original's audio folders hold FLACs of no protocol.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from antispoof.constants import LABELS, PARTITIONS
from antispoof.corpora.official import OFFICIAL, count_trials
from antispoof.corpora.protocol import read_protocol
from antispoof.errors import CorpusError, ParameterError

PROTOCOL_FOLDER = "ASVspoof2019_LA_cm_protocols"
PROTOCOL_NAMES = {
    "train": "ASVspoof2019.LA.cm.train.trn.txt",
    "dev": "ASVspoof2019.LA.cm.dev.trl.txt",
    "eval": "ASVspoof2019.LA.cm.eval.trl.txt",
}
ASV_FOLDER = "ASVspoof2019_LA_asv_scores"
ASV_NAMES = {
    "dev": "ASVspoof2019.LA.asv.dev.gi.trl.scores.txt",
    "eval": "ASVspoof2019.LA.asv.eval.gi.trl.scores.txt",
}
SYNTHETIC_MARKER = (
    "minicorpus.json"  # what the generator of simulated speech leaves in LA/
)

KIND_FULL = "asvspoof2019-la"
KIND_SUBSET = "asvspoof2019-la-subset"
KIND_SYNTHETIC = "mini"


@dataclass(frozen=True, eq=False)
class Corpus:
    """The trials of one ``LA`` folder.

    Attributes
    ----------
    root
        The ``LA`` folder, absolute.
    kind
        ``asvspoof2019-la`` where the counts are the official ones, ``mini`` for the
        embedded corpus of simulated speech, else ``asvspoof2019-la-subset``.
    trials
        One row a trial in the order of the protocols, train, dev, eval: ``utt_id``,
        ``speaker``, ``attack``, ``label``, ``partition``, ``path`` (str, absolute).
        Whether the file at ``path`` is there is for :func:`audit` to say.
    fingerprint
        SHA-256 over partitions, speakers, utterances, attacks and labels, in order,
        and what made the mini corpus: the same wherever the folder lies.
    """

    root: Path
    kind: str
    trials: pd.DataFrame
    fingerprint: str

    @property
    def id(self) -> str:
        """Short name of the corpus in the folders of runs and features."""
        return f"{self.kind}-{self.fingerprint[:8]}"

    @property
    def is_synthetic(self) -> bool:
        """Whether this is the embedded corpus, in which nobody ever spoke."""
        return self.kind == KIND_SYNTHETIC

    @property
    def description(self) -> str:
        """One line for the head of a page: which corpus, how large, what it proves."""
        sizes = self.trials["partition"].value_counts()
        size = ", ".join(f"{name} {sizes.get(name, 0)}" for name in PARTITIONS)
        size = f"{len(self.trials)} trials ({size})"
        if self.kind == KIND_SYNTHETIC:
            return (
                f"Embedded mini corpus, {size}: simulated speech, "
                "proves nothing about deepfakes"
            )
        if self.kind == KIND_FULL:
            return f"ASVspoof 2019 LA, the full corpus, {size}"
        return f"Subset of ASVspoof 2019 LA, {size}: not a corpus result"

    def partition(self, name: str) -> pd.DataFrame:
        """Trials of ``train``, ``dev`` or ``eval``, in the order of the protocol."""
        if name not in PARTITIONS:
            raise ParameterError(
                f"partition {name!r} is unknown; accepted are {', '.join(PARTITIONS)}"
            )
        chosen = self.trials["partition"] == name
        return self.trials[chosen].reset_index(drop=True)

    def require_both_classes(self, name: str) -> pd.DataFrame:
        """:meth:`partition`, for work that is senseless on a single class.

        Raises
        ------
        CorpusError
            If the partition has no bona fide or no spoof trial.
        """
        trials = self.partition(name)
        present = set(trials["label"])
        for label in LABELS:
            if label not in present:
                protocol = self.root / PROTOCOL_FOLDER / PROTOCOL_NAMES[name]
                raise CorpusError(
                    f"partition {name!r} has no {label} trial among its {len(trials)} "
                    f"in {protocol}; both classes, bonafide and spoof, are needed"
                )
        return trials

    def require_audio(self, name: str) -> pd.DataFrame:
        """:meth:`partition`, for work that is about to read every file of it.

        Raises
        ------
        CorpusError
            If a file is missing; names the first one.
        """
        trials = self.partition(name)
        absent = ~trials["utt_id"].isin(list_flac_ids(self.root, name))
        if absent.any():
            first = trials.loc[absent, "path"].iloc[0]
            raise CorpusError(
                f"{absent.sum()} of the {len(trials)} files of partition {name!r} are "
                f"missing, the first is {first}; `antispoof corpus audit` names all"
            )
        return trials

    def asv_scores(self, name: str) -> Path | None:
        """Speaker verification scores of a partition, or None where there are none.

        The challenge has them for ``dev`` and ``eval``.
        """
        if name not in PARTITIONS:
            raise ParameterError(
                f"partition {name!r} is unknown; accepted are {', '.join(PARTITIONS)}"
            )
        if name not in ASV_NAMES:
            return None
        path = self.root / ASV_FOLDER / ASV_NAMES[name]
        return path if path.is_file() else None


def open_corpus(root: str | Path, *, strict: bool = True) -> Corpus:
    """Open the corpus in ``root``: the ``LA`` folder itself, or what holds it.

    Parameters
    ----------
    root
        The ``LA`` folder, or a folder with ``LA`` or (as on Kaggle) ``LA/LA`` in it.
    strict
        Refuse a corpus that lists an utterance twice. The audit does not, so as to
        name every such utterance.

    Raises
    ------
    CorpusError
        If there is no such folder, no protocol in it, a malformed protocol, or an
        utterance listed twice.

    Examples
    --------
    >>> open_corpus("data/mini").partition("dev")  # doctest: +SKIP
    """
    la = find_la(root)
    tables = []
    for partition in PARTITIONS:
        table = read_protocol(la / PROTOCOL_FOLDER / PROTOCOL_NAMES[partition])
        table["partition"] = partition
        folder = f"{audio_folder(la, partition)}{os.sep}"
        table["path"] = folder + table["utt_id"] + ".flac"
        tables.append(table)
    trials = pd.concat(tables, ignore_index=True)
    if strict:
        _refuse_repeated(trials, la)
    return Corpus(
        root=la,
        kind=_kind(la, trials),
        trials=trials,
        fingerprint=_fingerprint(la, trials),
    )


def find_la(root: str | Path) -> Path:
    """The ``LA`` folder that ``root`` is or holds, absolute.

    Raises
    ------
    CorpusError
        If ``root`` does not exist, is a file, or holds no protocols.
    """
    root = Path(root).expanduser()
    try:
        if not root.exists():
            raise CorpusError(f"corpus folder {root} does not exist")
        if not root.is_dir():
            raise CorpusError(f"corpus {root} is a file; the folder LA is expected")
        la = la_in(root)
    except OSError as error:
        raise CorpusError(
            f"corpus folder {root} cannot be read: {error.strerror}"
        ) from None
    if la is None:
        raise CorpusError(
            f"no corpus in {root}: neither it, nor LA or LA/LA in it, holds the folder "
            f"{PROTOCOL_FOLDER}"
        )
    return la.resolve()


def la_in(folder: Path) -> Path | None:
    """``folder``, ``LA`` or ``LA/LA`` in it, whichever holds protocols; else None."""
    for candidate in (folder, folder / "LA", folder / "LA" / "LA"):
        if (candidate / PROTOCOL_FOLDER).is_dir():
            return candidate
    return None


def audio_folder(la: Path, partition: str) -> Path:
    """Where the FLACs of a partition lie."""
    return la / f"ASVspoof2019_LA_{partition}" / "flac"


def list_flac_ids(la: Path, partition: str) -> set[str]:
    """Utterances of which there is a FLAC; one listing is faster than many questions.

    Raises
    ------
    CorpusError
        If the folder is there but cannot be listed.
    """
    folder = audio_folder(la, partition)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return set()
    except OSError as error:
        raise CorpusError(f"{folder} cannot be read: {error.strerror}") from None
    return {name.removesuffix(".flac") for name in names if name.endswith(".flac")}


def _refuse_repeated(trials: pd.DataFrame, la: Path) -> None:
    repeated = trials.loc[trials["utt_id"].duplicated(), "utt_id"].unique()
    if len(repeated):
        first = repeated[0]
        where = trials.loc[trials["utt_id"] == first, "partition"].tolist()
        raise CorpusError(
            f"{len(repeated)} utterance(s) listed more than once in the protocols of "
            f"{la}, the first is {first} (in {' and '.join(where)}); each may be "
            "listed once"
        )


def _kind(la: Path, trials: pd.DataFrame) -> str:
    if (la / SYNTHETIC_MARKER).is_file():
        return KIND_SYNTHETIC
    if all(count_trials(trials, name) == OFFICIAL[name] for name in PARTITIONS):
        return KIND_FULL
    return KIND_SUBSET


def _fingerprint(la: Path, trials: pd.DataFrame) -> str:
    columns = ["partition", "speaker", "utt_id", "attack", "label"]
    rows = zip(*(trials[column].tolist() for column in columns), strict=True)
    lines = list(map(" ".join, rows))
    marker = la / SYNTHETIC_MARKER
    if marker.is_file():
        # Another version of the generator keeps the names and changes the sound.
        lines.append(marker.read_text("utf-8"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
