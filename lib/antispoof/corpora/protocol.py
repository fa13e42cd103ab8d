"""Protocols: text files with one trial per line.

Written is the format of ASVspoof 2019 (README.LA.txt of the corpus),
``speaker utt_id - attack label``; the third column is used only by the physical-access
part of the challenge. ``attack`` is ``-`` for a bona fide trial. Read is every table in
which :mod:`antispoof.columns` finds utterances and labels.
"""

from pathlib import Path

import pandas as pd

from antispoof.columns import read_table, read_word
from antispoof.constants import LABELS, NO_ATTACK
from antispoof.errors import CorpusError

UNKNOWN = "unknown"  # attack of a spoof trial where no column names it


def read_protocol(path: str | Path, *, columns: str | None = None) -> pd.DataFrame:
    """Read one protocol, in the order of its lines.

    Parameters
    ----------
    path, columns
        As :func:`antispoof.columns.read_table` has them.

    Returns
    -------
    DataFrame with the str columns ``utt_id``, ``speaker`` (where it is missing the
    source, and where that is missing the utterance), ``attack`` (``-`` for a bona fide
    trial) and ``label`` (``bonafide`` or ``spoof``), and where the file has them
    ``partition``, ``source`` and ``path`` (as it is written); one row per trial.

    Raises
    ------
    CorpusError
        If the file is missing, unreadable or empty, if a column is missing, or if a
        line has no known label, or not an attack exactly where the label is spoof.

    Examples
    --------
    >>> read_protocol("ASVspoof2019.LA.cm.train.trn.txt")  # doctest: +SKIP
    """
    table = read_table(path, ("utt_id", "label"), CorpusError, columns=columns)
    has_source = "source" in table
    for name in ("speaker", "attack", "source"):
        words = {word: "_".join(word.split()) for word in set(table.get(name, ()))}
        table[name] = table[name].map(words) if words else ""
    for name in ("source", "utt_id"):
        table["speaker"] = table["speaker"].mask(table["speaker"] == "", table[name])
    is_bonafide = table["label"] == "bonafide"
    unnamed = table["attack"].map(read_word).isin(["", "bonafide"])
    table.loc[unnamed, "attack"] = UNKNOWN
    table.loc[unnamed & is_bonafide, "attack"] = NO_ATTACK
    has_attack = table["attack"] != NO_ATTACK
    bad = ~table["label"].isin(LABELS) | (is_bonafide == has_attack)
    if bad.any():
        attack, label = (table[name][bad].iloc[0][:60] for name in ("attack", "label"))
        where = f"{path}, line {bad.idxmax()}: "
        if label not in LABELS:
            raise CorpusError(
                f"{where}label {label!r}; accepted: {', '.join(LABELS)}, and their"
                " usual spellings, as fake and real"
            )
        raise CorpusError(
            f"{where}attack {attack!r} with label {label!r}; a bonafide trial has the"
            f" attack '{NO_ATTACK}', a spoof trial a name, as 'A01'"
        )
    names = ["utt_id", "speaker", "attack", "label", "partition", "path"]
    names += ["source"] * has_source
    return table[[n for n in names if n in table]].reset_index(drop=True)


def write_protocol(path: str | Path, trials: pd.DataFrame) -> None:
    """Write trials as a protocol, the inverse of :func:`read_protocol`.

    Parameters
    ----------
    trials
        Columns ``utt_id``, ``speaker``, ``attack``, ``label``; others are ignored.
    """
    lines = [
        f"{row.speaker} {row.utt_id} - {row.attack} {row.label}\n"
        for row in trials.itertuples()
    ]
    Path(path).write_text("".join(lines), encoding="utf-8", newline="\n")
