"""Contracts of reading protocols.

1. One row per line, in order, with any line ends, blank lines and white space.
2. A line that is not a trial raises a CorpusError with file, line, what was found, and
   what is accepted.
3. A written protocol reads back the same.
"""

import pytest

from antispoof.corpora import read_protocol, write_protocol
from antispoof.errors import CorpusError
from conftest import assert_refused

GOOD = "S1 T1 - - bonafide\nS2 T2 - A01 spoof\n"


def write(tmp_path, text):
    path = tmp_path / "protocol.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# 1, 3


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n") + "\n  \n\r\n",
        "\ufeff" + GOOD,
        GOOD.replace(" ", "\t"),
        GOOD.replace(" ", "   "),
        GOOD.replace("T1 -", "T1 aaa"),  # the third column is not read
    ],
)
def test_rows(tmp_path, text):
    table = read_protocol(write(tmp_path, text))
    assert list(table.columns) == ["utt_id", "speaker", "attack", "label"]
    rows = [["T1", "S1", "-", "bonafide"], ["T2", "S2", "A01", "spoof"]]
    assert table.to_numpy().tolist() == rows
    write_protocol(tmp_path / "copy.txt", table.assign(partition="train"))
    assert (tmp_path / "copy.txt").read_bytes() == GOOD.encode()


# 2


def refused(path, *parts):
    assert_refused(CorpusError, lambda: read_protocol(path), path, *parts)


def test_wrong_line(tmp_path):
    for line, parts in (
        ("S1 T1 - bonafide", ["4 columns", "'S1 T1 - bonafide'", "but 5 in"]),
        ("S1 T1 - A01 maybe", ["label 'maybe'", "spoof, bonafide"]),
        ("S1 T1 - A01 bonafide", ["attack 'A01'", "label 'bonafide'"]),
        ("S1 T1 - - spoof", ["attack '-'", "label 'spoof'"]),
        ("x" * 500, ["'" + "x" * 60 + "'"]),
    ):
        refused(write(tmp_path, f"{GOOD}\n{line}\n"), "line 4", *parts)


def test_empty_and_unreadable_protocols(tmp_path):
    empty = write(tmp_path, "\r\n")
    refused(empty, "empty", "one line per trial")
    binary = write(tmp_path, b"S1 T1 \xff\xfe")
    for path in (binary, tmp_path, tmp_path / "none.txt"):
        refused(path, "cannot be read")
