"""Score files: one layout is written, every layout in use is read.

Written: ``utt_id attack key score``, one line per trial, which the organisers' t-DCF
code reads as it is. Read: that; the baselines' ``speaker utt_id - attack key score``;
the same without its third column; a bare ``utt_id score``; and CSV with a header line.
With a protocol, which lists the trials and their labels, no trial may be missing,
duplicate or unknown.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.constants import LABELS, NO_ATTACK, label_indices
from antispoof.errors import ScoreError
from antispoof.files import atomic_path
from antispoof.metrics import eer

COLUMNS = ("utt_id", "attack", "label", "score")
KNOWN = ("utt_id", "speaker", "attack", "label", "label_int", "score")
# Number of columns of a text file -> their names; "-" is not read.
LAYOUTS = {
    2: ("utt_id", "score"),
    4: ("utt_id", "attack", "label", "score"),
    5: ("speaker", "utt_id", "attack", "label", "score"),
    6: ("speaker", "utt_id", "-", "attack", "label", "score"),
}
ASV_LAYOUTS = {3: ("source", "key", "score")}
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
    protocol : one row per trial with ``utt_id``, ``speaker``, ``attack`` and ``label``.
        Trials are matched to it by utterance id and returned in its order.
    negate : reverse the sign of every score, for a file in which higher means spoof.

    Returns
    -------
    DataFrame with ``utt_id``, ``speaker`` (where it is known), ``attack`` ("-" where
    there is none or it is not known), ``label`` and ``score`` (float64, higher means
    more bona fide), one row per trial.

    Raises
    ------
    ScoreError
        If the file is missing, empty or of an unknown layout; a score is not a finite
        number; a trial is duplicate, not in the protocol, or missing; labels contradict
        the protocol; or nothing says which trials are bona fide.

    Warns
    -----
    ReversedScoresWarning
        If the EER is above 50 %. The scores are returned unchanged.

    Notes
    -----
    ``label_int`` has no agreed meaning. Without a protocol 1 is read as spoof, as in
    the published files of this layout; with one, it may be either coding, but must be
    one of them throughout.
    """
    path = Path(path)
    table = _read_table(path, LAYOUTS)
    table["score"] = _finite(table["score"], table["utt_id"], path)
    _raise_for_trials(
        table.loc[table["utt_id"].duplicated(), "utt_id"], path, "given twice"
    )
    coded = "label" not in table and "label_int" in table
    if coded:
        table["label"] = table["label_int"].map({"0": "bonafide", "1": "spoof"})
        bad = table[table["label"].isna()]
        names = bad["utt_id"] + " (" + bad["label_int"] + ")"
        _raise_for_trials(names, path, "with a label_int other than 0 and 1")
    if protocol is not None:
        trials = _join_protocol(table, protocol, path, coded=coded)
    elif "label" in table:
        bad = table[~table["label"].isin(LABELS)]
        names = bad["utt_id"] + " (" + bad["label"] + ")"
        _raise_for_trials(names, path, "labelled neither bonafide nor spoof")
        trials = table if "attack" in table else table.assign(attack=NO_ATTACK)
    else:
        raise ScoreError(
            f"{path} does not say which trials are bona fide; give its protocol too"
        )
    columns = ("utt_id", "speaker", "attack", "label", "score")
    trials = trials[[name for name in columns if name in trials]].copy()
    if negate:
        trials["score"] = -trials["score"]
    _warn_if_reversed(trials, path, negate)
    return trials


def write_scores(path: str | Path, trials: pd.DataFrame) -> None:
    """Write a score file atomically; :func:`read_scores` reads it back exactly.

    Parameters
    ----------
    path : the file; an existing one is replaced.
    trials : ``utt_id``, ``attack`` ("-" for bona fide), ``label`` and ``score``
        (float32 or float64, written with as many digits as needed), one row per trial.

    Raises
    ------
    ScoreError
        If a column is missing, a score is not finite, a trial is duplicate, a text
        field is empty or holds a blank, or the file cannot be made.
    DiskError
        If the disk is full.
    """
    path = Path(path)
    missing = [name for name in COLUMNS if name not in trials]
    if missing:
        raise ScoreError(
            f"scores for {path} lack the column {missing[0]!r}; "
            f"{', '.join(COLUMNS)} are needed"
        )
    utt_ids = trials["utt_id"].astype(str)
    # float() first: a float32 widened to float64 reads back to the very same value.
    scores = _finite(trials["score"], utt_ids, path)
    _raise_for_trials(utt_ids[utt_ids.duplicated()], path, "given twice")
    fields = [trials[name].astype(str).tolist() for name in COLUMNS[:-1]]
    for name, column in zip(COLUMNS, fields, strict=False):
        bad = [repr(value) for value in column if value.split() != [value]]
        _raise_for_trials(bad, path, f"with {name} that is not one word")
    lines = map(" ".join, zip(*fields, map(repr, scores.tolist()), strict=True))
    text = "".join(f"{line}\n" for line in lines)
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ScoreError(
            f"score file {path} cannot be written: {error.strerror}"
        ) from None


def read_asv_scores(path: str | Path) -> pd.DataFrame:
    """Read the organisers' speaker verification scores, ``source key score``.

    Parameters
    ----------
    path : text, one line per trial, three columns separated by blanks.

    Returns
    -------
    DataFrame with ``source`` ("bonafide" or the attack), ``key`` (target, nontarget or
    spoof) and ``score`` (float64, higher means more likely the target speaker).

    Raises
    ------
    ScoreError
        If the file is missing, empty or of another layout, or a score is not finite.
        Keys are checked by :func:`antispoof.metrics.asv_error_rates`.
    """
    path = Path(path)
    table = _read_table(path, ASV_LAYOUTS)
    names = pd.Series([f"trial {n}" for n in range(1, len(table) + 1)])
    table["score"] = _finite(table["score"], names, path)
    return table


def _read_table(path: Path, layouts: Mapping[int, tuple[str, ...]]) -> pd.DataFrame:
    """Named columns of text: by the header of a CSV, else by their number."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ScoreError(f"score file {path} cannot be read: {reason}") from None
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise ScoreError(f"score file {path} is empty; expected one line per trial")
    if "," in lines[0] and layouts is LAYOUTS:
        names, rows = _split_csv(lines, path)
    else:
        rows = [line.split() for line in lines]
        names = layouts.get(len(rows[0]), ())
        if not names:
            accepted = ", ".join(repr(" ".join(known)) for known in layouts.values())
            raise ScoreError(f"{path}: {len(rows[0])} columns; accepted are {accepted}")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise ScoreError(
                f"{path}, trial {number}: {len(row)} columns, but {len(names)} are "
                f"expected ({' '.join(names)})"
            )
    table = pd.DataFrame(dict(zip(names, zip(*rows, strict=True), strict=True)))
    return table.drop(columns="-", errors="ignore")


def _split_csv(lines: list[str], path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        header, *rows = csv.reader(lines)
    except csv.Error as error:
        raise ScoreError(f"{path} is not a CSV table: {error}") from None
    names = [name.strip() for name in header]
    if "label" not in names:
        names = ["label" if name == "key" else name for name in names]
    if not rows:
        raise ScoreError(f"{path} has a header and no trials")
    if not {"utt_id", "score"} <= set(names):
        raise ScoreError(
            f"{path} has the columns {', '.join(names)}; utt_id and score are needed"
        )
    return [name if name in KNOWN else "-" for name in names], rows


def _finite(scores: pd.Series, utt_ids: pd.Series, path: Path) -> np.ndarray:
    """(n,) float64; ScoreError for what is not a finite number."""
    numbers = np.array([_to_float(score) for score in scores])
    bad = np.flatnonzero(~np.isfinite(numbers))
    _raise_for_trials(
        [f"{utt_ids.iloc[i]} ({scores.iloc[i]})" for i in bad],
        path,
        "without a finite score",
    )
    return numbers


def _to_float(score: str | float) -> float:
    try:
        return float(score)
    except ValueError:
        return float("nan")


def _raise_for_trials(trials: Iterable[str], path: Path, problem: str) -> None:
    trials = list(trials)
    if trials:
        rest = len(trials) - SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        noun = "trial is" if len(trials) == 1 else "trials are"
        raise ScoreError(
            f"{path}: {len(trials)} {noun} {problem}: {', '.join(trials[:SHOWN])}{more}"
        )


def _join_protocol(
    table: pd.DataFrame, protocol: pd.DataFrame, path: Path, *, coded: bool
) -> pd.DataFrame:
    known = protocol["utt_id"]
    extra = table.loc[~table["utt_id"].isin(known), "utt_id"]
    _raise_for_trials(extra, path, "not in protocol")
    missing = known[~known.isin(table["utt_id"])]
    _raise_for_trials(missing, path, "in the protocol but not scored")
    scored = table.set_index("utt_id").loc[known].reset_index()
    trials = protocol.reset_index(drop=True).assign(score=scored["score"])
    if "label" in scored:
        differs = scored["label"] != trials["label"]
        if coded and differs.mean() > 0.5:  # the other coding, 1 for bona fide
            differs = ~differs
        different = trials.loc[differs, "utt_id"]
        _raise_for_trials(different, path, "labelled otherwise in the protocol")
    return trials


def _warn_if_reversed(trials: pd.DataFrame, path: Path, negate: bool) -> None:
    if trials["label"].nunique() < len(LABELS):
        return
    error = eer(trials["score"], label_indices(trials["label"]))
    if error > 0.5:
        reading = "with all signs reversed by negate" if negate else "as it is"
        remedy = "without negate" if negate else "with negate (--negate)"
        warnings.warn(
            f"{path}, read {reading}, has an EER of {100 * error:.2f} %, above chance: "
            "its sign is probably reversed. Here a higher score means more bona fide; "
            f"nothing was changed. If that is so, read it {remedy}.",
            ReversedScoresWarning,
            stacklevel=3,
        )
