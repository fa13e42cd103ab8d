"""Text tables of trials: score files, protocols, keys, CSV and TSV files.

Which column holds what is decided by the caller, else by a header line, else by the
content: scores are numbers, labels are words for the two classes, utterances are what
the protocol lists or, without a protocol, hardly ever repeat. In the formats of
ASVspoof the speaker comes before the utterance and the attack just before the label.
Where columns are alike, the error says how to choose.
"""

import csv
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import pandas as pd

from antispoof.constants import LABELS, NO_ATTACK, PARTITIONS
from antispoof.errors import AntispoofError

# Meaning of a column -> its names in header lines, the most telling first.
NAMES = {
    "utt_id": "utt_id utt utterance utterance_id trial trial_id id",
    "path": "path file filename file_name filepath file_path audio clip",
    "speaker": "speaker speaker_id spk spk_id",
    "attack": "attack attack_id attack_label system system_id generator",
    "label": "label key class cm_label",
    "score": "score scores cm_score",
    "partition": "partition split subset set",
    "source": "source dataset corpus",
}
# Label or partition -> its spellings. A column named after a label, as fake or
# is_real, holds 1 for this label. (In published files, 1 in label_int is spoof.)
SPELLINGS = {
    "bonafide": "bonafide genuine real human",
    "spoof": "spoof spoofed fake deepfake synthetic labelint",
    "train": "train training",
    "dev": "dev development val valid validation",
    "eval": "eval evaluation test testing",
}
WORDS = {word: name for name, words in SPELLINGS.items() for word in words.split()}
ASVSPOOF2021_PARTITIONS = ("progress", "hidden", "hidden_track")
ENDING = re.compile(r"\.(flac|wav|mp3|ogg|opus|m4a|webm|aiff?)$", re.I)
# What is looked for without a header line, in this order.
GUESSED = ("label", "attack", "utt_id", "score", "partition", "speaker")
SAMPLE = 1_000  # rows that are looked at to tell columns apart


def read_table(
    path: str | Path,
    needed: Sequence[str],
    error: type[AntispoofError],
    *,
    columns: str | None = None,
    known: Collection[str] = (),
) -> pd.DataFrame:
    """Read a table of trials.

    Parameters
    ----------
    path : UTF-8 text; columns are separated by tabs, commas, semicolons or blanks.
    needed : meanings of the columns that must be found (keys of ``NAMES``).
    error : what is raised.
    columns : meaning of each column, as ``utt_id,-,label,score``; ``-`` is not read.
    known : the utterances that the table should be about.

    Returns
    -------
    DataFrame of str, indexed by line number, with the columns of ``NAMES`` that were
    found. ``utt_id`` is as in `known`, else without folder and ending, if it stays
    unique. Where they are understood, ``label`` is ``bonafide`` or ``spoof`` and
    ``partition`` is train, dev or eval. ``attrs["note"]`` says what was changed.

    Raises
    ------
    error
        If the file is missing, empty or not a table, or a needed column is not found
        or could be any of several.
    """
    rows, known, notes = _read_rows(path, error), frozenset(known), []
    number, first = next(iter(rows.items()))
    shown = f"{path}: the first line is {' '.join(first)[:60]!r}"
    header = columns.split(",") if columns else first
    if _is_header([*rows.values()][:SAMPLE], known):
        del rows[number]
    elif not columns:
        header = ["-"] * len(first)
    if not rows:
        raise error(f"{shown}, a header, and there are no trials")
    names, values = _meanings(header), list(zip(*rows.values(), strict=True))
    if len(names) != len(values):
        raise error(f"{shown}; {columns!r} do not name its {len(values)} columns")
    for i, name in enumerate(header):
        label = read_word(re.sub(r"^is[\W_]*", "", name.strip().lower()))
        if label in LABELS and "label" not in names:
            codes = dict.fromkeys(("1", "true"), label)
            codes |= dict.fromkeys(("0", "false"), LABELS[label == LABELS[0]])
            names[i], values[i] = "label", [codes.get(v.lower(), v) for v in values[i]]
    if "path" in names and "utt_id" not in names:
        names, values = [*names, "utt_id"], [*values, values[names.index("path")]]
    sample = [fields[:: len(fields) // SAMPLE + 1] for fields in values]
    wanted = GUESSED if {*header} == {"-"} else needed
    for name in [name for name in wanted if name not in names]:
        found = [] if columns else _guess(name, names, sample, known)
        if name in needed and len(found) != 1:
            named = [",".join([*names[:i], name, *names[i + 1 :]]) for i in found]
            raise error(
                f"{shown}; {len(found) or 'none'} of its columns could be {name}; name"
                " them in a header line or, where the command has it, with --columns,"
                f" as {' or '.join(named) or 'utt_id,-,label,score'}"
            )
        for i in found:
            names[i] = name
    table = pd.DataFrame(dict(zip(names, values, strict=True)), index=list(rows))
    if "utt_id" in table:
        given, table["utt_id"] = table["utt_id"], _stems(table["utt_id"], known)
        notes += ["ids without folder and ending"] * any(given != table["utt_id"])
    for name in {"label", "partition"} & {*table}:
        words = {word: read_word(word) for word in table[name].unique()}
        table[name] = table[name].map(words)
        changed = [f"{w!r} as {new}" for w, new in words.items() if w != new]
        notes += changed if name == "label" else []
    table.attrs["note"] = ", ".join(notes)
    return table.drop(columns="-", errors="ignore")


def _read_rows(path: str | Path, error: type[AntispoofError]) -> dict[int, list[str]]:
    """Line number -> fields, equally many in every line that is not blank."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        lines = {n: s for n, s in enumerate(text.split("\n"), 1) if s.strip()}
        fields = map(str.split, lines.values())
        separator = next((s for s in "\t,;" if s in next(iter(lines.values()), "")), "")
        if separator:
            fields = csv.reader(lines.values(), delimiter=separator)
        rows = dict(zip(lines, fields, strict=False))
    except (OSError, ValueError, csv.Error) as e:  # ValueError: not UTF-8, a NUL
        reason = getattr(e, "strerror", None) or f"it is not UTF-8 text ({e})"
        raise error(f"{path} cannot be read: {reason}") from None
    if not rows:
        raise error(f"{path} is empty; one line per trial is expected")
    width = len(next(iter(rows.values())))
    for number, row in rows.items():
        if len(row) != width:
            raise error(
                f"{path}, line {number}: {len(row)} columns in"
                f" {lines[number].strip()[:60]!r}, but {width} in the first line"
            )
        row[:] = map(str.strip, row)
    return rows


def _meanings(words: Sequence[str]) -> list[str]:
    """Meaning of each named column; "-" where there is none in ``NAMES``."""
    words = [re.sub(r"\W+", "_", word.strip().lower()) for word in words]
    names = ["-"] * len(words)
    for name, spellings in NAMES.items():
        for word in [word for word in spellings.split() if word in words][:1]:
            names[words.index(word)] = name
    return names


def _is_header(rows: list[list[str]], known: Collection[str]) -> bool:
    first, *below = rows
    if any(_is_number(field) or field in known for field in first):
        return False
    numeric = any(_mostly(_is_number, fields) for fields in zip(*below, strict=True))
    has_label = any(map(_is_label, first))
    return {*_meanings(first)} != {"-"} or (numeric and not has_label)


def _guess(
    name: str, names: list[str], sample: list[Sequence[str]], known: Collection[str]
) -> list[int]:
    """Columns without a meaning whose content could have the one asked for."""
    free = [i for i, taken in enumerate(names) if taken == "-"]
    numbers = [i for i in free if _mostly(_is_number, sample[i])]
    texts = [i for i in free if i not in numbers and {*sample[i]} != {NO_ATTACK}]
    listed = [i for i in free if _mostly(known.__contains__, _stems(sample[i], known))]
    if name == "score":
        decisions = [i for i in numbers if {*sample[i]} <= {"0", "1"}]
        return [i for i in numbers if i not in decisions] or decisions
    if name == "label":
        return [i for i in texts if _mostly(_is_label, sample[i])][-1:]
    if name == "utt_id":
        counts = {i: len({*sample[i]}) for i in texts if NO_ATTACK not in sample[i]}
        counts = counts or {i: len({*sample[i]}) for i in free[:1]}
        most = max([*counts.values(), len(sample[0]) / 2])
        return listed[:1] or [i for i, n in counts.items() if n == most][-1:]
    if name == "attack":
        at = names.index("label") - 1 if "label" in names else -1
        if at not in {*texts} - {*listed} or len(texts) == 1:
            return []
        none, attacks = set(), set()
        for attack, label in zip(sample[at], sample[at + 1], strict=True):
            (attacks if read_word(label) == LABELS[0] else none).add(attack)
        repeats = len(none | attacks) <= max(1, len(sample[at]) / 2)
        is_one = len(none) <= 1 and not none & attacks
        return [at] if NO_ATTACK in none or (is_one and repeats) else []
    if name == "partition":
        names = {*PARTITIONS, *ASVSPOOF2021_PARTITIONS}
        return [i for i in texts if {*map(read_word, sample[i])} <= names][:1]
    return texts[:1]


def _stems(utterances: Sequence[str], known: Collection[str]) -> list[str]:
    """Without folder and ending, where that is known, or all stay different."""
    given = ["_".join(name.replace("\\", "/").split()) for name in utterances]
    endless = [ENDING.sub("", name) for name in given]
    stems = [name.rpartition("/")[2] for name in endless]
    if known:
        ways = zip(given, endless, stems, strict=True)
        return [next((n for n in names if n in known), names[0]) for names in ways]
    n = len({*given})
    return next(w for w in (stems, endless, given) if len({*w}) == n)


def _mostly(test: Callable[[str], bool], fields: Sequence[str]) -> bool:
    return sum(map(test, fields)) > len(fields) / 2


def _is_number(text: str) -> bool:
    return read_number(text) is not None


def _is_label(text: str) -> bool:
    return read_word(text) in LABELS


def read_number(text: str) -> float | None:
    """A number; None for another word."""
    try:
        return float(text)
    except ValueError:
        return None


def read_word(word: str) -> str:
    """A label or partition for each of its spellings; another word as it is."""
    return WORDS.get(re.sub(r"[\W_]", "", word.lower()), word)
