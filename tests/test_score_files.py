"""Score files.

1. Every layout in use is read, to the same scores. (The published files: see the tests
   of metrics.)
2. Trials are matched by utterance id and returned in the protocol's order.
3. Missing, duplicate, extra and non-finite scores, labels that contradict the protocol
   and unknown layouts are errors that name the file and the first few trials.
4. A reversed sign gives a warning; the scores are unchanged.
5. A written file reads back exactly, float32 and float64, and is written atomically.
6. The organisers' ASV scores are read and checked.
"""

import errno
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antispoof.corpora import read_protocol
from antispoof.corpora.protocol import write_protocol
from antispoof.errors import DiskError, ScoreError
from antispoof.scoring import score_files
from antispoof.scoring.score_files import (
    ScoreFileWarning,
    read_asv_scores,
    read_scores,
    write_scores,
)

GOLDEN, CSV = Path(__file__).parent / "golden", "reversed.csv"
LINES = ["u1 A07 spoof -1.5", "u2 - bonafide 2.0", "u3 A08 spoof -0.5"]
ROWS = [("u2", "s1", "-", "bonafide"), ("u1", "s1", "A07", "spoof")]
ROWS += [("u3", "s2", "A08", "spoof")]
TRIALS = pd.DataFrame(ROWS, columns=["utt_id", "speaker", "attack", "label"])
PROTOCOL = read_protocol(GOLDEN / "eval-protocol.txt")


@pytest.fixture
def write(tmp_path):
    def written(lines):
        path = tmp_path / "scores.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return written


# 1, 2 ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["5-columns.txt", "6-columns-reordered.txt", CSV])
def test_every_layout_gives_the_same_trials(name):
    name, negate = f"eval-{name}", name == CSV
    expected = read_scores(GOLDEN / "eval-4-columns.txt", PROTOCOL)
    found = read_scores(GOLDEN / name, PROTOCOL, negate=negate)
    pd.testing.assert_frame_equal(found, expected)
    alone = read_scores(GOLDEN / name, negate=negate).set_index("utt_id")
    assert (alone["score"][expected["utt_id"]].array == expected["score"].array).all()
    assert (alone["label"][expected["utt_id"]].array == expected["label"].array).all()


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("u1 -1\nu2 1\nu3 -2\n", [1, -1, -2]),
        ("\ufeff" + "\r\n\r\n".join([*LINES, ""]), [2, -1.5, -0.5]),
        ("score, key,utt_id,x\n-1,spoof,u1,\n2,bonafide,u2,\n3,spoof,u3,", [2, -1, 3]),
        ("utt_id,score,label_int\nu1,-1,1\nu2,1,0\nu3,-2,1\n", [1, -1, -2]),
        ("utt_id,score,label_int\nu1,-1,0\nu2,1,1\nu3,-2,0\n", [1, -1, -2]),
    ],
    ids=["bare", "Windows", "columns by name", "1 is spoof", "1 is bonafide"],
)
def test_other_layouts_come_in_the_order_of_the_protocol(tmp_path, text, scores):
    path = tmp_path / "scores.txt"
    path.write_bytes(text.encode())
    expected = TRIALS.assign(score=np.float64(scores))
    pd.testing.assert_frame_equal(read_scores(path, TRIALS), expected)


# 3 ------------------------------------------------------------------------------------


def test_bad_files_are_one_clear_sentence(write):
    for lines, sentence in (
        ([], "is empty"),
        (LINES[:1], "2 trials are in the protocol but not scored: u2, u3"),
        ([*LINES, "u9 A07 spoof 1"], "1 trial is not in protocol: u9"),
        ([*LINES, LINES[0]], "1 trial is given twice: u1"),
        (["u1 A07 spoof inf", *LINES[1:]], r"without a finite score: u1 \(inf\)"),
        (["u1 A07 bonafide 1", *LINES[1:]], "labelled otherwise in the protocol: u1"),
        (["u1 A07 spoof"], "none of its columns could be score; name them"),
        ([LINES[0], "u2 2.0"], "line 2: 2 columns in 'u2 2.0', but 4"),
        (["u1 1.5 2.5"], "2 of its .* as utt_id,score,- or utt_id,-,score"),
        (["utt_id,score"], "a header, and there are no trials"),
        (
            ["utt_id,score,label_int", "u3,-2,2"],
            r"neither bonafide nor spoof: u3 \(2\)",
        ),
        (
            [*(f"u{n} 1.5" for n in range(5)), *(f"v{n} x" for n in range(4))],
            r"4 t.* v2 \(x\) and 1 more",
        ),
    ):
        path = write(lines)
        with pytest.raises(ScoreError, match=sentence) as caught:
            read_scores(path, TRIALS)
        assert str(path) in str(caught.value)


def test_without_a_protocol_a_file_needs_labels(write):
    with pytest.raises(ScoreError, match="has no labels"):
        read_scores(write(["u1 -1"]))
    with pytest.raises(ScoreError, match=r"neither bonafide nor spoof: u1 \(x"):
        read_scores(write(["utt_id,score,label", "u1,1,x"]))


def test_absent_and_binary_files(tmp_path):
    with pytest.raises(ScoreError, match="cannot be read: No such file"):
        read_scores(tmp_path / "no.txt")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScoreError, match="not UTF-8"):
        read_scores(binary)


# 4 ------------------------------------------------------------------------------------


def test_a_reversed_sign_warns_and_nothing_is_changed():
    path = GOLDEN / f"eval-{CSV}"
    with pytest.warns(ScoreFileWarning, match="85.94 %.*probably reversed"):
        reversed_scores = read_scores(path, PROTOCOL)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        negated = read_scores(path, PROTOCOL, negate=True)
    assert (negated["score"] == -reversed_scores["score"]).all()
    with pytest.warns(ScoreFileWarning, match="without negate"):
        read_scores(GOLDEN / "eval-4-columns.txt", negate=True)


# 5 ------------------------------------------------------------------------------------

FLOATS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(np.float32),
)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=8))
def test_scores_read_back_exactly(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("scores") / "scores.txt"
    names = [f"u{n}" for n in range(len(values))]
    trials = pd.DataFrame({"utt_id": names, "attack": "A01", "label": "spoof"})
    write_scores(path, trials.assign(score=values))
    expected = trials.assign(score=[float(value) for value in values])
    pd.testing.assert_frame_equal(read_scores(path), expected, check_exact=True)
    assert path.read_text().startswith("u0 A01 spoof ")  # the organisers' layout


def test_a_name_with_quotes(tmp_path):
    trials = TRIALS.replace("u1", 'c"d').assign(score=[3.0, 2.0, 1.0])
    write_scores(tmp_path / "scores.txt", trials)
    write_protocol(tmp_path / "protocol.txt", trials)
    read = read_scores(
        tmp_path / "scores.txt", read_protocol(tmp_path / "protocol.txt")
    )
    assert read["utt_id"].tolist() == ["u2", 'c"d', "u3"]
    assert 'c"d A07 spoof 2.0\n' in (tmp_path / "scores.txt").read_text()


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("score", np.nan, r"without a finite score: u1 \(nan\)"),
        ("utt_id", "u2", "given twice: u2"),
        ("attack", "A 7", "with attack that is not one word: 'A 7'"),
    ],
)
def test_what_cannot_be_written(tmp_path, column, value, sentence):
    trials = TRIALS.assign(score=[1.0, 2.0, 3.0])
    trials.loc[1, column] = value
    with pytest.raises(ScoreError, match=sentence):
        write_scores(tmp_path / "scores.txt", trials)
    with pytest.raises(ScoreError, match=f"lack the column '{column}'"):
        write_scores(tmp_path / "scores.txt", trials.drop(columns=column))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "scores.txt"
    path.write_text("old\n")
    with pytest.raises(ScoreError, match="cannot be written"):
        write_scores(path / "scores.txt", TRIALS.assign(score=1.0))

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(score_files.Path, "replace", full)
    with pytest.raises(DiskError, match="no space left"):
        write_scores(path, TRIALS.assign(score=1.0))
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


# 6 ------------------------------------------------------------------------------------


def test_asv_scores(write):
    keys = read_asv_scores(GOLDEN / "asv.txt")["key"].value_counts().to_dict()
    assert keys == {"nontarget": 90, "spoof": 70, "target": 60}
    with pytest.raises(
        ScoreError, match="'source,key,score' do not name its 4 columns"
    ):
        read_asv_scores(write(LINES))
    with pytest.raises(ScoreError, match=r"line 2 \(nan\)"):
        read_asv_scores(write(["bonafide target 1.0", "A07 spoof nan"]))
