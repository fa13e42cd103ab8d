"""Contracts of tables of trials: columns by header, by content, by hand.

1. Layouts that people bring are read to the same scores; other spellings with a note.
2. Where two readings are possible, the error shows the first line and both.
3. Keys of other corpora give utterances, labels, attacks and partitions.
4. Decisions instead of scores, and equal scores, give a warning.
5. A protocol of several partitions fits the scores of one.
"""

import re
import warnings

import pandas as pd
import pytest

from antispoof.corpora import read_protocol
from antispoof.errors import CorpusError, ScoreError
from antispoof.scoring.score_files import read_scores

HERE = "scores/layouts"


@pytest.fixture
def protocol(shared):
    return read_protocol(shared(HERE) / "protocol.txt")


def read(path, protocol, **options):
    """(trials, what was said about the file)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trials = read_scores(path, protocol, **options)
    return trials, " ".join(str(warning.message) for warning in caught)


def test_layouts_of_the_field(shared, protocol):  # 1
    for name, note in (
        ("asvspoof5_sub.tsv", ""),
        ("asvspoof5_old_readme.txt", ""),
        ("nii_output.txt", ""),
        ("rawnet_id_label_score.txt", ""),
        ("bona-fide.txt", "'bona-fide' as bonafide"),
        ("flac_ids.txt", "ids without folder and ending"),
    ):
        expected, said = read(shared(HERE) / "header_text.txt", protocol)
        assert said == ""
        found, said = read(shared(HERE) / name, protocol)
        assert note in said
        assert bool(note) == bool(said)
        pd.testing.assert_frame_equal(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    "line",
    [
        "{utt_id} {speaker} {attack} {label} {score} F",
        "{utt_id} {score} {label}",
        "{score},a b/{utt_id}.wav,{label}",
        "{label};{score};a/b/{utt_id}.mp3",
        "{speaker}\t{utt_id}\t{score}",
    ],
)
@pytest.mark.parametrize("has_header", [False, True])
def test_any_order_of_columns(tmp_path, protocol, line, has_header):  # 1
    rows = protocol.assign(score=[n / 7 - 9 for n in range(len(protocol))])
    lines = [line.format(**row) for row in rows.to_dict("records")]
    path = tmp_path / "scores.txt"
    words = iter(["one", "two", "three", "four", "five", "six"])
    names = re.sub(r"[^\s,;]+", lambda _: next(words), line.replace("a b/", ""))
    path.write_text("\n".join([names] * has_header + lines))
    found, _ = read(path, protocol)
    assert found["score"].tolist() == rows["score"].tolist()


def test_an_ambiguous_file(shared, protocol):  # 2
    path = shared(HERE) / "scl3.txt"
    sentence = r"'LA_E_1072959.flac -0.93.* utt_id,score,- or utt_id,-,score"
    with pytest.raises(ScoreError, match=sentence):
        read(path, protocol)
    first, _ = read(path, protocol, columns="utt_id,score,-")
    second, _ = read(path, protocol, columns="utt_id,-,score")
    assert (first["score"] == -second["score"]).all()
    with pytest.raises(ScoreError, match="do not name its 3 columns"):
        read(path, protocol, columns="utt_id,score")
    with pytest.raises(ScoreError, match="none of its columns could be score"):
        read(path, protocol, columns="utt_id,scoer,-")


def test_keys_of_other_corpora(shared, protocol):  # 3
    for name, partitions in (
        ("la21_trial_metadata.txt", {"eval"}),
        ("df21_trial_metadata.txt", {"eval", "progress"}),
        ("ASVspoof5.dev.track_1.tsv", None),
    ):
        table = read_protocol(shared("protocols-elsewhere") / name)
        assert set(table.get("partition", [])) == set(partitions or ())
        pd.testing.assert_frame_equal(table[[*protocol]], protocol)


@pytest.mark.parametrize(
    ("header", "real", "fake"),
    [
        ("file,label", "Real", "deep-fake"),
        ("path,is_fake", "0", "1"),
        ("filename,bonafide", "True", "False"),
    ],
)
def test_spellings_of_labels(tmp_path, header, real, fake):  # 3
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\na/1.wav,{real}\na/2.wav,{fake}\n")
    table = read_protocol(path)
    assert table["utt_id"].tolist() == table["speaker"].tolist() == ["1", "2"]
    assert table["label"].tolist() == ["bonafide", "spoof"]
    assert table["attack"].tolist() == ["-", "unknown"]
    path.write_text(f"file,label\n1.wav,{real}\n2.wav,1\n")
    with pytest.raises(CorpusError, match=r"line [23]: .*label '[01]'|label 'True'"):
        read_protocol(path)


def test_decisions_are_no_scores(shared, protocol, tmp_path):  # 4
    equal = tmp_path / "equal.txt"
    equal.write_text("".join(f"{utt_id} 0.5\n" for utt_id in protocol["utt_id"]))
    for n, path in ((1, equal), (2, shared(HERE) / "hard01.txt")):
        assert f"only {n} different score(s)" in read(path, protocol)[1]


def test_a_protocol_of_several_partitions(tmp_path, shared):  # 5
    key = read_protocol(shared("protocols-elsewhere") / "df21_trial_metadata.txt")
    progress = key[key["partition"] == "progress"]["utt_id"]
    path = tmp_path / "scores.txt"
    path.write_text("".join(f"{u} {n}\n" for n, u in enumerate(progress)))
    assert read(path, key)[0]["utt_id"].tolist() == progress.tolist()
    path.write_text(f"{progress.iloc[0]} 1\n")
    with pytest.raises(ScoreError, match="in the protocol but not scored"):
        read(path, key)
