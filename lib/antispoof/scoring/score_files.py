"""Score files: one layout is written, every layout in the wild is read.

Written: ``utt_id attack key score``, one line a trial, which the organisers' t-DCF code
reads as it is. Read: that; the baselines' ``speaker utt_id - attack key score``; the
same without its third column; a bare ``utt_id score``; and CSV with a header line. A
protocol says which trials there should be and what they are; then nothing may be
missing, double or extra.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.constants import LABELS, NO_ATTACK
from antispoof.errors import DiskError, ScoreError
from antispoof.metrics import eer
from antispoof.metrics.tandem import ASV_KEYS

COLUMNS = ("utt_id", "attack", "label", "score")
# Number of columns of a text file -> their names; "-" is not read.
LAYOUTS = {
    2: ("utt_id", "score"),
    4: ("utt_id", "attack", "label", "score"),
    5: ("speaker", "utt_id", "attack", "label", "score"),
    6: ("speaker", "utt_id", "-", "attack", "label", "score"),
}
CSV_LABELS = ("label", "key")  # names under which a CSV has bonafide and spoof
SHOWN = 3  # trials named in an error


class ReversedScoresWarning(UserWarning):
    """Scores that rank spoof above bona fide: their sign is probably reversed."""


def read_scores(
    path: str | Path, protocol: pd.DataFrame | None = None, *, negate: bool = False
) -> pd.DataFrame:
    """Read the scores of a set of trials.

    Parameters
    ----------
    path : a score file. Text has 2, 4, 5 or 6 columns separated by blanks (see the
        module); CSV has a header with ``utt_id`` and ``score``, and may have
        ``speaker``, ``attack``, ``label`` or ``key`` (bonafide, spoof), or
        ``label_int``.
    protocol : one row a trial with ``utt_id``, ``speaker``, ``attack`` and ``label``.
        Trials are matched to it by utterance id and come back in its order.
    negate : reverse the sign of every score, for a file in which higher means spoof.

    Returns
    -------
    DataFrame with ``utt_id``, ``speaker`` (where it is known), ``attack`` ("-" where
    there is none or it is not known), ``label`` and ``score`` (float64, higher means
    more bona fide), one row a trial.

    Raises
    ------
    ScoreError
        If the file is missing, empty or of no known layout; a score is not a finite
        number; a trial is double, not in the protocol, or missing; labels contradict
        the protocol; or nothing says which trials are bona fide.

    Warns
    -----
    ReversedScoresWarning
        If the EER is above 50 %. The scores are given back as they are.

    Notes
    -----
    ``label_int`` has no agreed meaning. Without a protocol 1 is read as spoof, as the
    published files of this layout have it; with one, it may be either coding, but must
    be one of them throughout.
    """
    path = Path(path)
    table = _read_table(path)
    table["score"] = _numbers(table["score"], table["utt_id"], path)
    _refuse(table.loc[table["utt_id"].duplicated(), "utt_id"], path, "given twice")
    if protocol is None:
        trials = _described_by_itself(table, path)
    else:
        trials = _matched(table, protocol, path)
    if negate:
        trials["score"] = -trials["score"]
    _warn_if_reversed(trials, path, negate)
    return trials


def write_scores(path: str | Path, trials: pd.DataFrame) -> None:
    """Write a score file whole or not at all; :func:`read_scores` reads it exactly.

    Parameters
    ----------
    path : the file, replaced if it is there. Its folder must exist.
    trials : ``utt_id``, ``attack`` ("-" for bona fide), ``label`` and ``score``
        (float32 or float64, written with as many digits as it takes), one row a trial.

    Raises
    ------
    ScoreError
        If a column is missing, a score is not finite, a trial is double, or a text
        field is empty or holds a blank, or the file cannot be made.
    DiskError
        If the disk is full; as for any error, nothing half-written is left.
    """
    path = Path(path)
    absent = [name for name in COLUMNS if name not in trials.columns]
    if absent:
        raise ScoreError(
            f"scores for {path} lack the column {absent[0]!r}; "
            f"{', '.join(COLUMNS)} are needed"
        )
    utt_ids = trials["utt_id"].astype(str)
    _numbers(trials["score"], utt_ids, path)
    _refuse(utt_ids[utt_ids.duplicated()], path, "given twice")
    fields = [trials[name].astype(str).tolist() for name in COLUMNS[:-1]]
    for name, column in zip(COLUMNS, fields, strict=False):
        for value in column:
            if value.split() != [value]:
                raise ScoreError(
                    f"{name} {value!r} cannot be written to {path}: "
                    "one word without blanks is accepted"
                )
    # float() first: a float32 widened to float64 reads back to the very same value.
    scores = [repr(float(score)) for score in trials["score"]]
    lines = map(" ".join, zip(*fields, scores, strict=True))
    _write_whole(path, "".join(f"{line}\n" for line in lines))


def read_asv_scores(path: str | Path) -> pd.DataFrame:
    """Read the organisers' speaker verification scores, ``source key score``.

    Parameters
    ----------
    path : text, one line a trial, three columns separated by blanks.

    Returns
    -------
    DataFrame with ``source`` ("bonafide" or the attack), ``key`` (target, nontarget or
    spoof) and ``score`` (float64, higher means more likely the target speaker).

    Raises
    ------
    ScoreError
        If the file is missing, empty or of another layout, or a score is not finite.
    """
    path = Path(path)
    table = _split(_read_text(path), path, {3: ("source", "key", "score")})
    strange = table.loc[~table["key"].isin(ASV_KEYS), "key"]
    if len(strange):
        raise ScoreError(
            f"{path}, trial {strange.index[0] + 1}: key {strange.iloc[0]!r}; "
            f"accepted are {', '.join(map(repr, ASV_KEYS))}"
        )
    names = pd.Series([f"trial {n}" for n in range(1, len(table) + 1)])
    table["score"] = _numbers(table["score"], names, path)
    return table


def _read_table(path: Path) -> pd.DataFrame:
    text = _read_text(path)
    if "," in text.split("\n", 1)[0]:
        return _read_csv(text, path)
    return _split(text, path, LAYOUTS)


def _read_text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ScoreError(f"score file {path} does not exist") from None
    except UnicodeDecodeError as error:
        raise ScoreError(
            f"score file {path} is not UTF-8 text (byte {error.start})"
        ) from None
    except OSError as error:
        raise ScoreError(
            f"score file {path} cannot be read: {error.strerror}"
        ) from None
    if not text.strip():
        raise ScoreError(f"score file {path} is empty; one line a trial is expected")
    return text


def _split(text: str, path: Path, layouts: dict[int, tuple[str, ...]]) -> pd.DataFrame:
    numbered = [
        (number, line.split())
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
    width = len(numbered[0][1])
    if width not in layouts:
        accepted = ", ".join(repr(" ".join(names)) for names in layouts.values())
        raise ScoreError(
            f"{path}, line {numbered[0][0]}: {width} columns; accepted are {accepted}"
        )
    for number, fields in numbered:
        if len(fields) != width:
            raise ScoreError(
                f"{path}, line {number}: {len(fields)} columns, but the lines before "
                f"have {width}"
            )
    columns = zip(*(fields for _, fields in numbered), strict=True)
    named = dict(zip(layouts[width], columns, strict=True))
    return pd.DataFrame({name: named[name] for name in named if name != "-"})


def _read_csv(text: str, path: Path) -> pd.DataFrame:
    try:
        rows = [row for row in csv.reader(text.splitlines()) if row]
    except csv.Error as error:
        raise ScoreError(f"{path} is not a CSV table: {error}") from None
    header = [name.strip() for name in rows[0]]
    if len(rows) == 1:
        raise ScoreError(f"{path} has a header and no trials")
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise ScoreError(
                f"{path}, trial {number}: {len(row)} columns, but its header has "
                f"{len(header)}"
            )
    columns = zip(*rows[1:], strict=True)
    table = pd.DataFrame(dict(zip(header, columns, strict=True)))
    for name in ("utt_id", "score"):
        if name not in table.columns:
            raise ScoreError(
                f"{path} has the columns {', '.join(table.columns)}; "
                "utt_id and score are needed"
            )
    for name in CSV_LABELS:
        if name in table.columns and "label" not in table.columns:
            table = table.rename(columns={name: "label"})
    known = ("utt_id", "speaker", "attack", "label", "label_int", "score")
    return table[[name for name in known if name in table.columns]]


def _numbers(scores: pd.Series, utt_ids: pd.Series, path: Path) -> np.ndarray:
    try:
        numbers = scores.to_numpy(dtype=np.float64)
    except ValueError:
        numbers = np.array([_number_or_nan(text) for text in scores])
    strange = ~np.isfinite(numbers)
    _refuse(
        [
            f"{utt_id} ({score})"
            for utt_id, score in zip(utt_ids[strange], scores[strange], strict=True)
        ],
        path,
        "without a finite score",
    )
    return numbers


def _number_or_nan(text: str) -> float:
    with contextlib.suppress(ValueError):
        return float(text)
    return np.nan


def _refuse(trials: Iterable[str], path: Path, what: str) -> None:
    trials = list(trials)
    if trials:
        rest = len(trials) - SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        noun = "trial is" if len(trials) == 1 else "trials are"
        raise ScoreError(
            f"{path}: {len(trials)} {noun} {what}: {', '.join(trials[:SHOWN])}{more}"
        )


def _described_by_itself(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    if "label" in table.columns:
        strange = table[~table["label"].isin(LABELS)]
        _refuse(
            strange["utt_id"] + " (" + strange["label"] + ")",
            path,
            "labelled neither bonafide nor spoof",
        )
    elif "label_int" in table.columns:
        table["label"] = np.where(_coded(table, path) == 1, "spoof", "bonafide")
    else:
        raise ScoreError(
            f"{path} does not say which trials are bona fide; give its protocol too"
        )
    if "attack" not in table.columns:
        table["attack"] = NO_ATTACK
    return _in_order(table)


def _matched(table: pd.DataFrame, protocol: pd.DataFrame, path: Path) -> pd.DataFrame:
    known = protocol["utt_id"]
    _refuse(table.loc[~table["utt_id"].isin(known), "utt_id"], path, "not in protocol")
    _refuse(known[~known.isin(table["utt_id"])], path, "in the protocol but not scored")
    said = table.set_index("utt_id").loc[known]
    trials = protocol.reset_index(drop=True).assign(score=said["score"].to_numpy())
    if "label" in said.columns:
        disagree = said["label"].to_numpy() != trials["label"].to_numpy()
    elif "label_int" in said.columns:
        is_one = _coded(said.reset_index(), path) == 1
        is_spoof = trials["label"].to_numpy() == "spoof"
        disagree = is_one != is_spoof
        if disagree.mean() > 0.5:  # the other coding, 1 for bona fide
            disagree = ~disagree
    else:
        disagree = np.zeros(len(trials), dtype=bool)
    _refuse(trials.loc[disagree, "utt_id"], path, "labelled otherwise in the protocol")
    return _in_order(trials)


def _coded(table: pd.DataFrame, path: Path) -> np.ndarray:
    strange = table[~table["label_int"].isin(("0", "1"))]
    _refuse(
        strange["utt_id"] + " (" + strange["label_int"] + ")",
        path,
        "with a label_int other than 0 and 1",
    )
    return table["label_int"].to_numpy(dtype=np.int64)


def _in_order(trials: pd.DataFrame) -> pd.DataFrame:
    columns = ("utt_id", "speaker", "attack", "label", "score")
    return trials[[name for name in columns if name in trials.columns]].copy()


def _warn_if_reversed(trials: pd.DataFrame, path: Path, negate: bool) -> None:
    if trials["label"].nunique() < len(LABELS):
        return
    error = eer(trials["score"], (trials["label"] == "bonafide").to_numpy())
    if error > 0.5:
        found = "as it is" if not negate else "with its signs reversed by negate"
        remedy = "with negate (--negate)" if not negate else "without negate"
        warnings.warn(
            f"{path}, read {found}, has an EER of {100 * error:.2f} %, above chance: "
            "its sign is probably reversed. Here a higher score means more bona fide; "
            f"nothing was changed. If that is so, read it {remedy}.",
            ReversedScoresWarning,
            stacklevel=3,
        )


def _write_whole(path: Path, text: str) -> None:
    draft = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="\n",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            draft = Path(file.name)
            file.write(text)
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskError(f"no space left to write the scores {path}") from None
        raise ScoreError(
            f"score file {path} cannot be written: {error.strerror}"
        ) from None
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
