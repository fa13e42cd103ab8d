"""The synthetic corpus on disk: layout, protocols, bytes, replacement.

1. The same seed gives the same bytes in every file, whatever the number of processes.
   Another seed gives another corpus.
2. The folder has the official layout, a README that says SIMULATED, and a reader: it
   opens as `synthetic` and passes the audit.
3. Every protocol line has a file and every file a line, in an order that shows neither
   class nor speaker.
4. No speaker is in two partitions; every speaker has both classes.
5. Eval has nine fakes per bona fide utterance, and attacks that train does not have.
6. Every file is FLAC, 16 kHz, 16 bit, mono, neither silent nor clipped.
7. ASV scores exist for every kind of trial that min t-DCF needs.
8. A complete corpus is kept; a damaged one, or one of other code, is replaced; a folder
   that is not a synthetic corpus is never touched.
9. A failed write keeps what existed and raises DiskError with the folder.
10. `load_or_synthesize` makes it once, and only where no corpus is found.
"""

import errno
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from antispoof import corpora
from antispoof.corpora import discovery
from antispoof.corpora.synthetic.generate import synthesize_corpus
from antispoof.corpora.synthetic.plan import PARTITION_SPECS, PartitionSpec, list_trials
from antispoof.corpora.synthetic.reader import MARKER
from antispoof.errors import CorpusError, DiskError, ParameterError
from conftest import contents

TINY = {
    "train": PartitionSpec(2, bonafide=1, spoof=1, attacks=("M01", "M02")),
    "dev": PartitionSpec(1, bonafide=1, spoof=1, attacks=("M01",)),
    "eval": PartitionSpec(1, bonafide=2, spoof=1, attacks=("M03", "M04")),
}
GENERATE = "antispoof.corpora.synthetic.generate"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """The LA folder of a corpus of 10 utterances, made in this process."""
    return synthesize_corpus(tmp_path_factory.mktemp("tiny"), partitions=TINY, jobs=1)


@pytest.fixture
def tiny_copy(tiny, tmp_path) -> Path:
    return shutil.copytree(tiny, tmp_path / "LA")


def test_bytes_depend_on_the_seed_and_not_on_processes(tiny, tmp_path):
    again = synthesize_corpus(tmp_path, partitions=TINY, jobs=2)
    assert contents(again) == contents(tiny)
    first, second = (list_trials(TINY, seed=seed) for seed in (1, 2))
    assert set(first["utt_id"]).isdisjoint(second["utt_id"])


def test_it_opens_and_passes_the_audit(tiny):
    corpus = corpora.open_corpus(tiny.parent)
    assert corpus.is_synthetic
    assert corpus.id.startswith("synthetic-")
    assert sorted(corpus.trials["path"]) == sorted(map(str, tiny.rglob("*.flac")))
    assert corpora.audit(corpus).ok  # in the official layout
    assert "SIMULATED" in (tiny / "README.txt").read_text()
    for path in corpus.trials["path"]:
        info, (samples, rate) = soundfile.info(path), soundfile.read(path)
        assert (info.format, info.subtype) == ("FLAC", "PCM_16")
        assert (rate, samples.ndim) == (16_000, 1)
        assert 0.02 < samples.std() < np.abs(samples).max() < 1


def test_order_ids_and_speakers_do_not_show_the_class():
    trials = list_trials(PARTITION_SPECS, seed=2019)
    for _, part in trials.groupby("partition"):
        assert list(part["utt_id"]) == sorted(part["utt_id"])
        spoof = part["label"] == "spoof"
        assert abs(np.corrcoef(range(len(part)), spoof)[0, 1]) < 0.25
    assert not trials["utt_id"].duplicated().any()
    assert trials["speaker"].str.fullmatch(r"LA_\d{4}").all()
    speakers = trials.groupby("speaker")
    assert (speakers["partition"].nunique() == 1).all()
    assert (speakers["label"].nunique() == 2).all()


def test_eval_is_nine_to_one_and_has_attacks_of_its_own():
    trials = list_trials(PARTITION_SPECS, seed=2019)
    attacks = trials.groupby("partition")["attack"].agg(set)
    assert attacks["train"] == attacks["dev"] == {"-", "M01", "M02"}
    assert attacks["eval"] == {"-", "M03", "M04"}
    counts = trials[trials["partition"] == "eval"]["label"].value_counts()
    assert counts["spoof"] == 9 * counts["bonafide"]


@pytest.mark.parametrize("partition", ["dev", "eval"])
def test_asv_scores_have_every_kind_of_trial(tiny, partition):
    path = corpora.open_corpus(tiny).asv_score_files[partition]
    table = pd.read_csv(path, sep=" ", names=["attack", "key", "score"])
    means = table.groupby("key")["score"].mean()
    assert means["target"] > 20
    assert means["nontarget"] < -20
    assert set(table["attack"]) == {"bonafide", *TINY[partition].attacks}


def test_a_complete_corpus_is_kept(tiny, monkeypatch):
    monkeypatch.setattr(f"{GENERATE}._write", None)
    assert synthesize_corpus(tiny.parent, partitions=TINY) == tiny


@pytest.mark.parametrize("damage", ["lost file", "other version"])
def test_a_damaged_or_outdated_corpus_is_replaced(tiny, tiny_copy, damage):
    marker = tiny_copy / MARKER
    if damage == "lost file":
        next(tiny_copy.rglob("*.flac")).unlink()
    else:
        marker.write_text(marker.read_text().replace('"version": "', '"version": "x'))
    synthesize_corpus(tiny_copy.parent, partitions=TINY, jobs=1)
    assert contents(tiny_copy) == contents(tiny)
    assert [path.name for path in tiny_copy.parent.iterdir()] == ["LA"]


def test_another_folder_is_left_alone(tmp_path):
    (tmp_path / "LA").mkdir()
    (tmp_path / "LA" / "precious.txt").write_text("real speech")
    with pytest.raises(CorpusError, match="not a synthetic corpus"):
        synthesize_corpus(tmp_path, partitions=TINY)
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["precious.txt"]


def test_a_failed_write_keeps_the_corpus(tiny, tiny_copy, monkeypatch):
    def fail(la, *_):
        la.mkdir()
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(f"{GENERATE}._write", fail)
    folder = tiny_copy.parent
    with pytest.raises(DiskError, match=rf"{re.escape(str(folder))}.*Read-only"):
        synthesize_corpus(folder, partitions=TINY, seed=1)
    assert contents(tiny_copy) == contents(tiny)
    assert [path.name for path in folder.iterdir()] == ["LA"]


def test_a_wrong_seed_is_named(tmp_path):
    for seed in (-1, "x", True, 1.5):
        with pytest.raises(ParameterError, match="seed"):
            synthesize_corpus(tmp_path / "new", partitions=TINY, seed=seed)
    assert not (tmp_path / "new").exists()


@pytest.fixture
def empty_project(places, monkeypatch):
    """A project without a corpus; records the folders a corpus is made in."""
    made = []

    def synthesize(folder):
        made.append(folder)
        return synthesize_corpus(folder, partitions=TINY, jobs=1)

    monkeypatch.setattr(f"{GENERATE}.synthesize_corpus", synthesize)
    Path("notebooks").mkdir()
    Path("_toc.yml").touch()
    monkeypatch.chdir("notebooks")
    return made


def test_a_given_or_found_corpus_is_taken(empty_project, tiny, tmp_path, monkeypatch):
    assert corpora.load_or_synthesize(tiny.parent).root == tiny.resolve()
    monkeypatch.setenv(discovery.ENVIRONMENT_VARIABLE, str(tiny))
    assert corpora.load_or_synthesize().root == tiny.resolve()
    with pytest.raises(CorpusError):
        corpora.load_or_synthesize(tmp_path / "none")
    assert empty_project == []


def test_without_a_corpus_it_is_made_in_the_project(empty_project, tmp_path):
    made = corpora.load_or_synthesize()
    assert made.root == (tmp_path / "project" / "data" / "synthetic" / "LA").resolve()
    before = (made.root / MARKER).stat().st_mtime_ns
    assert corpora.load_or_synthesize("").root == made.root
    assert (made.root / MARKER).stat().st_mtime_ns == before
