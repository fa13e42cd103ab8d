"""Score files: one layout is written, every layout in use is read.

Written: ``utt_id attack key score``, one line per trial, which the organisers' t-DCF
code reads as it is. Read: every table in which :mod:`antispoof.columns` finds
utterances and scores. With a protocol, which lists the trials and their labels, no
trial may be missing, duplicate or unknown.
"""

import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from antispoof.columns import read_number, read_table
from antispoof.constants import LABELS, NO_ATTACK, label_indices
from antispoof.errors import ScoreError
from antispoof.files import atomic_path
from antispoof.metrics import eer

COLUMNS = ("utt_id", "attack", "label", "score")
SHOWN = 3  # trials named in an error


class ScoreFileWarning(UserWarning):
    """What was guessed about a score file, and scores that look wrong."""


def read_scores(
    path: str | Path,
    protocol: pd.DataFrame | None = None,
    *,
    negate: bool = False,
    columns: str | None = None,
) -> pd.DataFrame:
    """Read the scores of a set of trials.

    Parameters
    ----------
    path, columns : as :func:`antispoof.columns.read_table` has them.
    protocol : one row per trial with ``utt_id``, ``speaker``, ``attack`` and ``label``.
        Trials are matched to it by utterance id and returned in its order. If it has
        a column ``partition``, partitions of which nothing is scored are left out.
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
    ScoreFileWarning
        If the EER is above 50 %, and the scores are returned unchanged; if utterances
        or labels are spelled in another way; or if there are only one or two different
        scores.

    Notes
    -----
    ``label_int`` has no agreed meaning. Without a protocol 1 is read as spoof, as in
    the published files of this layout; with one, it may be either coding.
    """
    path = Path(path)
    known = () if protocol is None else set(protocol["utt_id"])
    needed = ("utt_id", "score")
    table = read_table(path, needed, ScoreError, columns=columns, known=known)
    if table.attrs["note"]:
        _warn(f"{path} is read with {table.attrs['note']}")
    utt_ids = table["utt_id"]
    table["score"] = _finite(table["score"], utt_ids, path)
    _raise_for_trials(utt_ids[utt_ids.duplicated()], path, "given twice")
    if "label" in table:
        bad = table[~table["label"].isin(LABELS)]
        names = bad["utt_id"] + " (" + bad["label"] + ")"
        _raise_for_trials(names, path, "labelled neither bonafide nor spoof")
    if protocol is not None:
        table = _join_protocol(table, protocol, path)
    elif "label" not in table:
        raise ScoreError(f"{path} has no labels; give its protocol too")
    trials = table if "attack" in table else table.assign(attack=NO_ATTACK)
    names = ("utt_id", "speaker", "attack", "label", "score")
    trials = trials[[n for n in names if n in trials]].reset_index(drop=True)
    if negate:
        trials["score"] = -trials["score"]
    _warn_of_scores(trials, path, negate)
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
    utt_ids = trials["utt_id"].map(str)
    # float() first: a float32 widened to float64 reads back to the very same value.
    scores = _finite(trials["score"], utt_ids, path)
    _raise_for_trials(utt_ids[utt_ids.duplicated()], path, "given twice")
    fields = [trials[name].map(str).tolist() for name in COLUMNS[:-1]]
    for name, column in zip(COLUMNS, fields, strict=False):
        bad = [repr(value) for value in column if value.split() != [value]]
        _raise_for_trials(bad, path, f"with {name} that is not one word")
    # Joined, not to_csv: it would quote, and no reader of these files unquotes.
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
    layout = "source,key,score"
    table = read_table(path, ("label", "score"), ScoreError, columns=layout)
    names = "line " + table.index.to_series().astype(str)
    table["score"] = _finite(table["score"], names, Path(path))
    return table.rename(columns={"label": "key"}).reset_index(drop=True)


def _finite(scores: pd.Series, utt_ids: pd.Series, path: Path) -> pd.Series:
    """Scores as numbers; raises for those that are not finite numbers."""
    numbers = scores.map(read_number).astype(float)
    bad = ~np.isfinite(numbers)
    named = utt_ids[bad] + " (" + scores[bad].map(str) + ")"
    _raise_for_trials(named, path, "without a finite score")
    return numbers


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
    table: pd.DataFrame, protocol: pd.DataFrame, path: Path
) -> pd.DataFrame:
    if "partition" in protocol:
        scored = protocol["utt_id"].isin(table["utt_id"])
        partitions = protocol["partition"][scored].unique()
        protocol = protocol[protocol["partition"].isin(partitions)]
    known = protocol["utt_id"]
    extra = table.loc[~table["utt_id"].isin(known), "utt_id"]
    _raise_for_trials(extra, path, "not in protocol")
    missing = known[~known.isin(table["utt_id"])]
    _raise_for_trials(missing, path, "in the protocol but not scored")
    scored = table.set_index("utt_id").loc[known].reset_index()
    trials = protocol.reset_index(drop=True).assign(score=scored["score"])
    if "label" in scored:
        differs = scored["label"] != trials["label"]
        if not differs.all():  # else the other coding, as 1 for bona fide
            different = trials.loc[differs, "utt_id"]
            _raise_for_trials(different, path, "labelled otherwise in the protocol")
    return trials


def _warn_of_scores(trials: pd.DataFrame, path: Path, negate: bool) -> None:
    if trials["label"].nunique() < len(LABELS):
        return
    n_scores = trials["score"].nunique()
    if n_scores <= 2 < len(trials):
        _warn(
            f"{path} has only {n_scores} different score(s), so they are decisions and"
            " not scores; EER and t-DCF need scores"
        )
    error = eer(trials["score"], label_indices(trials["label"]))
    if error > 0.5:
        reading = "with all signs reversed by negate" if negate else "as it is"
        remedy = "without negate" if negate else "with negate (--negate)"
        _warn(
            f"{path}, read {reading}, has an EER of {100 * error:.2f} %, above chance: "
            "its sign is probably reversed. Here a higher score means more bona fide; "
            f"nothing was changed. If that is so, read it {remedy}."
        )


def _warn(message: str) -> None:
    warnings.warn(message, ScoreFileWarning, stacklevel=3)
