"""Countermeasure protocols: the text files that say which utterance is what.

One line a trial, five columns separated by blanks (ASVspoof 2019, README.LA.txt):
``speaker utt_id - attack label``. The third column belongs to the physical-access
half of the challenge and is not read. ``attack`` is ``-`` for a bona fide trial.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from antispoof.constants import LABELS, NO_ATTACK
from antispoof.errors import CorpusError

COLUMNS = ("utt_id", "speaker", "attack", "label")
LAYOUT = "'speaker utt_id - attack label'"


def read_protocol(path: str | Path) -> pd.DataFrame:
    """Read one protocol, in the order of its lines.

    Windows line ends, a byte-order mark and blank lines are accepted.

    Parameters
    ----------
    path
        The text file.

    Returns
    -------
    DataFrame with the columns ``utt_id``, ``speaker``, ``attack`` (``-`` for a bona
    fide trial), ``label`` (``bonafide`` or ``spoof``), one row a trial.

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
    rows = [
        _parse(line, path=path, number=number)
        for number, line in enumerate(_read_text(path).split("\n"), start=1)
        if line.strip()
    ]
    if not rows:
        raise CorpusError(
            f"protocol {path} is empty; one line {LAYOUT} per trial is expected"
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_protocol(path: str | Path, trials: pd.DataFrame) -> None:
    """Write trials as a protocol, the inverse of :func:`read_protocol`.

    Parameters
    ----------
    path
        The text file; replaced if it exists.
    trials
        Columns ``utt_id``, ``speaker``, ``attack``, ``label``; others are ignored.
    """
    columns = (trials[name] for name in ("speaker", "utt_id", "attack", "label"))
    lines = (
        f"{speaker} {utt_id} - {attack} {label}\n"
        for speaker, utt_id, attack, label in zip(*columns, strict=True)
    )
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CorpusError(f"protocol {path} does not exist") from None
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"protocol {path} is not UTF-8 text (byte {error.start}); "
            f"one line {LAYOUT} per trial is expected"
        ) from None
    except OSError as error:
        raise CorpusError(f"protocol {path} cannot be read: {error.strerror}") from None


def _parse(line: str, *, path: Path, number: int) -> tuple[str, str, str, str]:
    fields = line.split()
    where = f"protocol {path}, line {number}"
    if len(fields) != 5:
        raise CorpusError(
            f"{where}: {len(fields)} columns in {_shown(line)}; "
            f"5 are accepted, {LAYOUT}"
        )
    speaker, utt_id, _, attack, label = fields
    if label not in LABELS:
        raise CorpusError(
            f"{where}: label {_shown(label)}; accepted are 'bonafide' and 'spoof' "
            f"in the last of the columns {LAYOUT}"
        )
    if (attack == NO_ATTACK) != (label == "bonafide"):
        raise CorpusError(
            f"{where}: attack {_shown(attack)} with label {label!r}; a bonafide trial "
            f"has the attack '{NO_ATTACK}' and a spoof trial its name, such as 'A01'"
        )
    return utt_id, speaker, attack, label


def _shown(text: str, limit: int = 60) -> str:
    text = text.strip()
    return repr(text if len(text) <= limit else text[:limit] + "...")
