"""Contracts of opening a corpus, with the layout of ASVspoof 2019 LA.

1. LA, a folder with LA in it, and Kaggle's LA/LA all open, also up to two folders
   below, unless there are several; names may be any.
2. One row per trial in the order of the protocols, with the absolute path of its FLAC;
   FLACs in no protocol are not in it.
3. Complete by its counts, else a subset; the description has title, sizes and caveat.
4. The id changes with protocols, order and sound files, and not with the place, line
   ends, or files that no protocol lists.
5. No corpus, a damaged one, an utterance listed twice: one sentence, CorpusError.
6. What needs both classes raises. (What needs the audio: see the tests of readers.)
7. ASV scores are optional.
8. The official counts are those of the official protocols.
"""

import shutil
from functools import partial
from pathlib import Path

import pytest

from antispoof.constants import PARTITIONS
from antispoof.corpora import asvspoof2019, count_trials, open_corpus
from antispoof.corpora.asvspoof2019 import EXPECTED_COUNTS, PROTOCOL_FOLDER
from antispoof.corpora.discovery import search_la_folders
from antispoof.errors import CorpusError, ParameterError
from conftest import assert_refused
from corpora import LINES, flac_path, write_corpus, write_flac, write_protocol

refused = partial(assert_refused, CorpusError)


@pytest.fixture
def la(tmp_path):
    return write_corpus(tmp_path / "größer, with blanks" / "LA")


# 1


@pytest.mark.parametrize("inside", ["", "LA", "LA/LA", "a/b", "a/b/LA/LA"])
def test_nesting(tmp_path, monkeypatch, inside):
    la = write_corpus(tmp_path / "corpus" / inside)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for folder in (tmp_path / "corpus", "corpus", "~/corpus"):
        assert open_corpus(folder).root == la


@pytest.mark.parametrize("name", ["wav", "FLAC", "."])
def test_sound_in_another_folder(la, name):
    for folder in list(la.glob("*/flac")):
        new = folder.rename(folder.parent / "new")
        (folder.parent / name).mkdir(exist_ok=True)
        for path in new.iterdir():
            path.rename(folder.parent / name / f"{path.stem}.wav")
        new.rmdir()
    trials = open_corpus(la).trials
    assert [Path(path).is_file() for path in trials["path"]] == [True] * 8
    assert next(search_la_folders(la.parent, depth=0)) == la


# 2


def test_trials(la):
    write_flac(flac_path(la, "dev", "D9"), seed=9)  # in no protocol
    corpus = open_corpus(la)
    trials = corpus.trials
    columns = ["utt_id", "speaker", "attack", "label", "partition", "path"]
    assert list(trials.columns) == columns
    assert trials["utt_id"].tolist() == ["T1", "T2", "T3", "D1", "D2", "E1", "E2", "E3"]
    path = str(flac_path(la, "eval", "E2"))
    assert trials.iloc[6].tolist() == ["E2", "S6", "A07", "spoof", "eval", path]
    assert corpus.partitions == PARTITIONS
    dev = corpus.partition("dev")
    assert dev["utt_id"].tolist() == ["D1", "D2"]
    assert dev.index.tolist() == [0, 1]
    with pytest.raises(ParameterError, match=r"'test'; it has train, dev, eval"):
        corpus.partition("test")


# 3


def test_complete_or_a_subset(la, monkeypatch):
    corpus = open_corpus(la)
    assert corpus.name == "asvspoof2019-la-subset"
    assert corpus.id.startswith("asvspoof2019-la-subset-")
    expected = "A subset of ASVspoof 2019 LA, 8 trials (train 3, dev 2, eval 3). A"
    assert corpus.description.startswith(expected)
    assert corpus.description.endswith(corpus.caveat)
    counts = {name: count_trials(corpus.trials, name) for name in PARTITIONS}
    monkeypatch.setattr(asvspoof2019, "EXPECTED_COUNTS", counts)
    corpus = open_corpus(la)
    assert (corpus.name, corpus.caveat) == ("asvspoof2019-la", "")
    assert corpus.description.endswith("8 trials (train 3, dev 2, eval 3).")


# 4


def test_id_does_not_depend_on_place_line_ends_and_unlisted_files(la, tmp_path):
    elsewhere = write_corpus(tmp_path / "elsewhere")
    write_protocol(elsewhere, "dev", "\r\n".join(LINES["dev"]) + "\r\n\r\n")
    write_flac(flac_path(elsewhere, "dev", "D9"), seed=9)
    assert open_corpus(elsewhere).id == open_corpus(la).id


def test_id_changes_with_the_protocols_and_the_sound_files(la):
    """B1: the same protocols with other sound files are another corpus."""
    first, second = LINES["dev"]
    path, ids = flac_path(la, "eval", "E2"), [open_corpus(la).id]
    shutil.copy(flac_path(la, "dev", "D2"), flac_path(la, "dev", "D3"))
    for other in ("S4 D3 - A01 spoof", "S3 D2 - A01 spoof", "S4 D2 - A02 spoof"):
        write_protocol(la, "dev", f"{first}\n{other}\n")
        ids.append(open_corpus(la).id)
    for change in (
        lambda: write_protocol(la, "dev", f"{second}\n{first}\n"),
        lambda: write_flac(path, seed=1, sample_rate=8_000),
        path.unlink,
        lambda: shutil.rmtree(path.parent),
    ):
        change()
        ids.append(open_corpus(la).id)
    assert len(set(ids)) == len(ids)


# 5


def test_no_corpus(tmp_path):
    wrong = tmp_path / "none"
    refused(lambda: open_corpus(wrong), wrong, "does not exist or is a file")
    refused(lambda: open_corpus(tmp_path), tmp_path, "no corpus", "LA/LA")
    roots = [write_corpus(tmp_path / name / "LA") for name in "ab"]
    refused(lambda: open_corpus(tmp_path), "several corpora", *roots)


def test_missing_and_malformed_protocols(la):
    for name in ("train.trn", "eval.trl"):
        (la / PROTOCOL_FOLDER / f"ASVspoof2019.LA.cm.{name}.txt").unlink()
    assert open_corpus(la).partitions == ("dev",)
    path = write_protocol(la, "dev", "S3 D1 bonafide\n")
    refused(lambda: open_corpus(la), path, "line 1", "label 'bonafide'")
    path.unlink()
    refused(lambda: open_corpus(la), "train.trn.txt", "cannot be read")


def test_utterance_listed_twice(tmp_path):
    lines = {**LINES, "eval": [*LINES["eval"], "S1 T1 - - bonafide"]}
    la = write_corpus(tmp_path, lines)
    refused(lambda: open_corpus(la), la, "more than once", "T1 in eval")
    assert len(open_corpus(la, strict=False).trials) == 9


# 6


def test_require_both_classes(tmp_path):
    corpus = open_corpus(write_corpus(tmp_path, {**LINES, "dev": LINES["dev"][:1]}))
    refused(lambda: corpus.require_both_classes("dev"), "'dev'", "no spoof")


# 7


def test_asv_scores(la):
    path = la / asvspoof2019.ASV_FOLDER / asvspoof2019.ASV_NAMES["eval"]
    path.parent.mkdir()
    path.write_text("bonafide target 1.0\n")
    assert open_corpus(la).asv_score_files["eval"] == path


# 8


def test_official_counts_are_those_of_the_official_protocols(shared):
    totals = [(counts.bonafide, counts.spoof) for counts in EXPECTED_COUNTS.values()]
    assert totals == [(2_580, 22_800), (2_548, 22_296), (7_355, 63_882)]
    corpus = open_corpus(shared("corpora/asvspoof2019-la-protocols"))
    for partition in PARTITIONS:
        assert count_trials(corpus.trials, partition) == EXPECTED_COUNTS[partition]
    assert corpus.name == "asvspoof2019-la"
