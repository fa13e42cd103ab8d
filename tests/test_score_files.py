"""Score files.

1. Every layout in use is read, to the same scores; the published files too.
2. Trials are matched by utterance id and returned in the protocol's order.
3. Missing, duplicate, extra and non-finite scores, labels that contradict the protocol
   and unknown layouts are errors that name the file and the first few trials.
4. A reversed sign gives a warning; the scores are unchanged.
5. A written file reads back exactly, float32 and float64, and is written atomically.
6. The organisers' ASV scores are read and checked.
"""

import errno
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antispoof.constants import label_indices
from antispoof.corpora import read_protocol
from antispoof.errors import DiskError, ScoreError
from antispoof.metrics import eer
from antispoof.scoring import score_files
from antispoof.scoring.score_files import (
    ReversedScoresWarning,
    read_asv_scores,
    read_scores,
    write_scores,
)

GOLDEN = Path(__file__).parent / "golden"
PROTOCOL = (
    "corpora/asvspoof2019-la-protocols/LA/ASVspoof2019_LA_cm_protocols/"
    "ASVspoof2019.LA.cm.{}.trl.txt"
)
LINES = ["u1 A07 spoof -1.5", "u2 - bonafide 2.0", "u3 A08 spoof -0.5"]
TRIALS = pd.DataFrame(
    {
        "utt_id": ["u2", "u1", "u3"],
        "speaker": ["s1", "s1", "s2"],
        "attack": ["-", "A07", "A08"],
        "label": ["bonafide", "spoof", "spoof"],
    }
)

protocol_at = cache(read_protocol)


@pytest.fixture
def write(tmp_path):
    def written(lines, name="scores.txt"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return written


def golden_protocol():
    return read_protocol(GOLDEN / "eval-protocol.txt")


# 1 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "negate"),
    [
        ("eval-4-columns.txt", False),
        ("eval-5-columns.txt", False),
        ("eval-6-columns-reordered.txt", False),
        ("eval-reversed.csv", True),
    ],
)
def test_every_layout_gives_the_same_trials(name, negate):
    expected = read_scores(GOLDEN / "eval-4-columns.txt", golden_protocol())
    found = read_scores(GOLDEN / name, golden_protocol(), negate=negate)
    pd.testing.assert_frame_equal(found, expected)
    alone = read_scores(GOLDEN / name, negate=negate).set_index("utt_id")
    assert (alone["score"][expected["utt_id"]].array == expected["score"].array).all()
    assert (alone["label"][expected["utt_id"]].array == expected["label"].array).all()


def test_a_bare_file_needs_a_protocol(write):
    path = write(["u1 -1", "u2 1", "u3 -2"])
    assert read_scores(path, TRIALS)["score"].tolist() == [1, -1, -2]
    with pytest.raises(ScoreError, match="does not say which trials are bona fide"):
        read_scores(path)


def test_windows_lines_byte_order_mark_and_blank_lines(tmp_path):
    path = tmp_path / "scores.txt"
    path.write_bytes("\ufeff".encode() + "\r\n\r\n".join([*LINES, ""]).encode())
    assert read_scores(path)["utt_id"].tolist() == ["u1", "u2", "u3"]


def test_csv_columns_by_name(write):
    path = write(
        ["score, key,utt_id,extra", "-1.5,spoof,u1,x", "2,bonafide,u2,y"], "s.csv"
    )
    trials = read_scores(path)
    assert trials["label"].tolist() == ["spoof", "bonafide"]
    assert trials["score"].tolist() == [-1.5, 2]


def test_label_int_of_either_coding(write):
    scores = ["u1,-1", "u2,1", "u3,-2"]
    for codes in ("101", "010"):
        lines = [f"{s},{c}" for s, c in zip(scores, codes, strict=True)]
        path = write(["utt_id,score,label_int", *lines], "s.csv")
        assert read_scores(path, TRIALS)["score"].tolist() == [1, -1, -2]
    path = write(["utt_id,score,label_int", *lines[:2], "u3,-2,1"], "s.csv")
    with pytest.raises(ScoreError, match=r"1 trial is labelled otherwise.*: u3"):
        read_scores(path, TRIALS)
    path = write(["utt_id,score,label_int", *lines[:2], "u3,-2,2"], "s.csv")
    with pytest.raises(ScoreError, match=r"label_int other than 0 and 1: u3 \(2\)"):
        read_scores(path, TRIALS)


# 2 ------------------------------------------------------------------------------------


def test_trials_come_in_the_order_of_the_protocol(write):
    found = read_scores(write(LINES), TRIALS)
    pd.testing.assert_frame_equal(found, TRIALS.assign(score=[2.0, -1.5, -0.5]))


# 3 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "is empty"),
        (LINES[:1], "2 trials are in the protocol but not scored: u2, u3"),
        ([*LINES, "u9 A07 spoof 1"], "1 trial is not in protocol: u9"),
        ([*LINES, LINES[0]], "1 trial is given twice: u1"),
        (["u1 A07 spoof nan", *LINES[1:]], r"without a finite score: u1 \(nan\)"),
        (["u1 A07 spoof inf", *LINES[1:]], r"without a finite score: u1 \(inf\)"),
        (["u1 A07 spoof high", *LINES[1:]], r"without a finite score: u1 \(high\)"),
        (["u1 A07 bonafide 1", *LINES[1:]], "labelled otherwise in the protocol: u1"),
        (["u1 spoof 1"], "3 columns; accepted are 'utt_id score'"),
        ([LINES[0], "u2 2.0"], "trial 2: 2 columns, but 4 are expected"),
    ],
)
def test_bad_files_are_one_clear_sentence(write, lines, sentence):
    path = write(lines)
    with pytest.raises(ScoreError, match=sentence) as caught:
        read_scores(path, TRIALS)
    assert str(path) in str(caught.value)


def test_errors_name_the_first_few_of_many(write):
    path = write([f"u{n} A07 spoof nan" for n in range(9)])
    with pytest.raises(ScoreError, match=r"9 trials .* u0 .*, u1 .*, u2 .* and 6 more"):
        read_scores(path)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["utt_id,points", "u1,1"], "has the columns utt_id, points"),
        (["utt_id,score"], "a header and no trials"),
        (["utt_id,score", "u1,1", "u2,1,2"], "trial 2: 3 columns, but 2 are expected"),
        (["utt_id,score,label", "u1,1,fake"], r"neither bonafide nor spoof: u1 \(fake"),
    ],
)
def test_bad_csv(write, lines, sentence):
    with pytest.raises(ScoreError, match=sentence):
        read_scores(write(lines, "scores.csv"))


def test_absent_unreadable_and_binary_files(tmp_path):
    with pytest.raises(ScoreError, match="cannot be read: No such file"):
        read_scores(tmp_path / "no.txt")
    with pytest.raises(ScoreError, match="cannot be read"):
        read_scores(tmp_path)
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScoreError, match="not UTF-8"):
        read_scores(binary)


# 4 ------------------------------------------------------------------------------------


def test_a_reversed_sign_warns_and_nothing_is_changed():
    path = GOLDEN / "eval-reversed.csv"
    with pytest.warns(ReversedScoresWarning, match="85.94 %.*probably reversed"):
        reversed_scores = read_scores(path, golden_protocol())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        negated = read_scores(path, golden_protocol(), negate=True)
    assert (negated["score"] == -reversed_scores["score"]).all()
    assert eer(
        reversed_scores["score"], label_indices(negated["label"])
    ) == pytest.approx(1 - 0.140625)


def test_a_needless_negate_warns_too():
    with pytest.warns(ReversedScoresWarning, match="without negate"):
        read_scores(GOLDEN / "eval-4-columns.txt", negate=True)


def test_one_class_has_no_sign_to_judge(write):
    assert len(read_scores(write(["u1 A07 spoof 3"]))) == 1


# 5 ------------------------------------------------------------------------------------

FLOATS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(np.float32),
)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=8))
def test_scores_read_back_exactly(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("scores") / "scores.txt"
    trials = pd.DataFrame(
        {
            "utt_id": [f"u{n}" for n in range(len(values))],
            "attack": "A01",
            "label": "spoof",
            "score": values,
        }
    )
    write_scores(path, trials)
    back = read_scores(path)
    assert back["score"].tolist() == [float(value) for value in values]
    assert list(back.columns) == ["utt_id", "attack", "label", "score"]


def test_the_layout_written_is_the_organisers(tmp_path):
    path = tmp_path / "scores.txt"
    write_scores(path, TRIALS.assign(score=np.float32([2.5, -0.1, 0])))
    assert path.read_text().splitlines() == [
        "u2 - bonafide 2.5",
        "u1 A07 spoof -0.10000000149011612",
        "u3 A08 spoof 0.0",
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"score": [1, np.nan, 2]}, r"without a finite score: u1 \(nan\)"),
        ({"utt_id": ["u1", "u1", "u3"]}, "given twice: u1"),
        ({"utt_id": ["u1", "u 2", "u3"]}, "with utt_id that is not one word: 'u 2'"),
        ({"attack": ["", "A07", "A08"]}, "with attack that is not one word: ''"),
        ({"label": None}, "lack the column 'label'"),
    ],
)
def test_what_cannot_be_written(tmp_path, change, sentence):
    trials = TRIALS.assign(score=[1.0, 2.0, 3.0]).assign(**change)
    if change.get("label", "") is None:
        trials = trials.drop(columns="label")
    with pytest.raises(ScoreError, match=sentence):
        write_scores(tmp_path / "scores.txt", trials)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "scores.txt"
    path.write_text("old\n")

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(score_files.Path, "replace", full)
    with pytest.raises(DiskError, match="no space left"):
        write_scores(path, TRIALS.assign(score=1.0))
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_made_is_one_clear_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ScoreError, match="cannot be written"):
        write_scores(tmp_path / "file" / "scores.txt", TRIALS.assign(score=1.0))


# 6 ------------------------------------------------------------------------------------


def test_asv_scores(write):
    table = read_asv_scores(GOLDEN / "asv.txt")
    assert table["key"].value_counts().to_dict() == {
        "nontarget": 90,
        "spoof": 70,
        "target": 60,
    }
    with pytest.raises(ScoreError, match="4 columns; accepted are 'source key score'"):
        read_asv_scores(write(LINES))
    with pytest.raises(ScoreError, match=r"trial 2 \(nan\)"):
        read_asv_scores(write(["bonafide target 1.0", "A07 spoof nan"]))
