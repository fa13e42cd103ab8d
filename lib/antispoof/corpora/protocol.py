"""Protocols: text files with one trial per line, in the format of ASVspoof 2019.

Five columns separated by spaces or tabs (README.LA.txt of the corpus):
``speaker utt_id - attack label``. The third column is used only by the physical-access
part of the challenge; it is not read. ``attack`` is ``-`` for a bona fide trial.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from antispoof.constants import LABELS, NO_ATTACK
from antispoof.errors import CorpusError

LAYOUT = "'speaker utt_id - attack label'"


def read_protocol(path: str | Path) -> pd.DataFrame:
    """Read one protocol, in the order of its lines.

    Windows line ends, a byte-order mark and blank lines are accepted.

    Returns
    -------
    DataFrame with the str columns ``utt_id``, ``speaker``, ``attack`` (``-`` for a
    bona fide trial) and ``label`` (``bonafide`` or ``spoof``), one row per trial.

    Raises
    ------
    CorpusError
        If the file is missing, unreadable or empty, or if a line does not have the
        five columns, a known label, and an attack exactly where the label is spoof.

    Examples
    --------
    >>> read_protocol("ASVspoof2019.LA.cm.train.trn.txt")  # doctest: +SKIP
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, a NUL in the path
        raise CorpusError(f"protocol {path} cannot be read: {error}") from None
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        fields, where = line.split(), f"{path}, line {number}"
        if not fields:
            continue
        if len(fields) != 5:
            shown = line.strip()[:60]
            raise CorpusError(
                f"{where}: {len(fields)} columns in {shown!r}; 5 are accepted, {LAYOUT}"
            )
        speaker, utt_id, _, attack, label = fields
        if label not in LABELS:
            raise CorpusError(
                f"{where}: label {label[:60]!r}; accepted are {' and '.join(LABELS)}"
            )
        if (attack == NO_ATTACK) != (label == "bonafide"):
            raise CorpusError(
                f"{where}: attack {attack[:60]!r} with label {label!r}; a bonafide"
                f" trial has the attack '{NO_ATTACK}', a spoof trial a name, as 'A01'"
            )
        rows.append((utt_id, speaker, attack, label))
    if not rows:
        raise CorpusError(
            f"protocol {path} is empty; one line {LAYOUT} per trial is expected"
        )
    return pd.DataFrame(rows, columns=["utt_id", "speaker", "attack", "label"])


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
