"""Contracts of the audit and of the command ``corpus``.

1. A good corpus is ok; the audit has listed, usable and expected counts.
2. Each of these is an issue, with its name, and makes the audit not ok: a file that is
   missing, undecodable or of the wrong format, an utterance listed twice, the same
   sound in two partitions or classes, a speaker shared with train, one class alone.
3. FLACs in no protocol and absent ASV scores are reported and are not issues; a sound
   repeated within one partition and class is not an issue either.
4. Everything is in the JSON; the command exits 0 on a good corpus, else 1.
5. The real subset is ok, and is recognised as a subset.
"""

import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from antispoof.corpora import ISSUES, Counts, audit, open_corpus
from corpora import LINES, flac_path, write_corpus, write_flac


@pytest.fixture
def la(tmp_path):
    return write_corpus(tmp_path / "LA")


def audited(la):
    return audit(open_corpus(la, strict=False))


def only_issue(found):
    (issue,) = found.issues
    assert not found.ok
    assert issue.kind in ISSUES
    return issue.kind, issue.partition, issue.name


# 1


def test_good_corpus(la):
    calls = []
    found = audit(open_corpus(la), progress=lambda *done: calls.append(done))
    assert calls[-1] == (8, 8)
    assert found.ok
    train = found.partitions["train"]
    assert train.listed == train.usable
    assert train.listed == Counts(1, {"A01": 1, "A02": 1}, speakers=2)
    assert train.expected.total == 25_380
    assert train.seconds == pytest.approx(0.3)


# 2


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("missing", Path.unlink),
        ("undecodable", lambda path: path.write_bytes(path.read_bytes()[:1_500])),
        ("wrong_format", partial(write_flac, seed=50, sample_rate=8_000, channels=2)),
    ],
)
def test_unusable_file(la, kind, damage):
    path = flac_path(la, "eval", "E2")
    damage(path)
    found = audited(la)
    assert only_issue(found) == (kind, "eval", "E2")
    assert str(path) in found.issues[0].detail
    assert found.partitions["eval"].usable.attacks == {"A08": 1}
    assert found.partitions["eval"].listed.attacks == {"A07": 1, "A08": 1}


def test_listed_twice(tmp_path):
    more = ["S3 D1 - - bonafide", "S1 T1 - - bonafide"]
    found = audited(write_corpus(tmp_path, {**LINES, "dev": [*LINES["dev"], *more]}))
    named = [(f.partition, f.name, f.detail) for f in found.issues if "twice" in f.kind]
    assert named == [
        ("train+dev", "T1", "1 time(s) in train, 1 time(s) in dev"),
        ("dev", "D1", "2 time(s) in dev"),
    ]


@pytest.mark.parametrize(
    ("partition", "first", "second", "where"),
    [("train", "T1", "E1", "train+eval"), ("eval", "E1", "E2", "eval")],
)
def test_same_audio(la, partition, first, second, where):
    """In two partitions, and in two classes."""
    shutil.copy(flac_path(la, partition, first), flac_path(la, "eval", second))
    assert only_issue(audited(la)) == ("same_audio", where, f"{first}+{second}")


def test_shared_speaker_and_one_class(tmp_path):
    more = ["S2 E4 - A09 spoof", "S3 E5 - A09 spoof"]  # of train, of dev
    found = audited(write_corpus(tmp_path, {**LINES, "eval": [*LINES["eval"], *more]}))
    assert only_issue(found) == ("shared_speaker", "train+eval", "S2")
    found = audited(write_corpus(tmp_path, {**LINES, "dev": ["S4 D2 - A01 spoof"]}))
    assert only_issue(found) == ("one_class", "dev", "bonafide")


# 3


def test_unlisted_and_repeated_sound_is_not_an_issue(la):
    for seed, name in enumerate(["D8", "D9"], start=50):
        write_flac(flac_path(la, "dev", name), seed=seed)
    shutil.copy(flac_path(la, "eval", "E2"), flac_path(la, "eval", "E3"))
    found = audited(la)
    assert found.ok
    assert [part.unlisted for part in found.partitions.values()] == [0, 2, 0]


# 4


def test_command_on_a_good_corpus(la, antispoof):
    result = antispoof("corpus", "audit", la)
    assert result.status == 0
    for part in ("Nothing is missing or broken.", "A subset of ASVspoof 2019", "25380"):
        assert part in result.out
    found = json.loads(antispoof("corpus", "audit", la, "--json").out)
    assert (found["ok"], found["name"]) == (True, "asvspoof2019-la-subset")
    assert found["partitions"]["eval"]["usable"]["attacks"] == {"A07": 1, "A08": 1}
    assert found == json.loads(json.dumps(audited(la).to_dict()))


def test_command_on_a_broken_corpus(tmp_path, antispoof):
    lines = {**LINES, "train": [f"S1 T{k} - A01 spoof" for k in range(1, 31)]}
    la = write_corpus(tmp_path, lines)
    shutil.rmtree(la / "ASVspoof2019_LA_train")
    write_flac(flac_path(la, "dev", "D9"), seed=99)
    result = antispoof("corpus", "audit", la)
    assert result.status == 1
    assert "30 x missing" in result.out
    assert str(flac_path(la, "train", "T1")) in result.out
    assert "and 20 more; --json lists all" in result.out
    assert "dev: 1 file(s) in no protocol" in result.out


# 5


def test_real_subset(shared):
    found = audited(shared("corpora/asvspoof2019-la-subset"))
    assert found.ok
    assert found.name == "asvspoof2019-la-subset"
    classes = [(p.usable.bonafide, p.usable.spoof) for p in found.partitions.values()]
    assert classes == [(237, 140), (101, 422), (30, 35)]
    assert [p.asv_scores for p in found.partitions.values()] == [None, True, True]
