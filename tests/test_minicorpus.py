"""The embedded corpus on disk: layout, protocols, bytes, and nothing half-written.

1. The same seed gives the same bytes in every file, whatever the number of processes;
   another seed gives other speech.
2. The folder is the official tree: audio, three CM protocols, two ASV score files; a
   README that says "simulated"; and `corpus` opens it as the mini corpus.
3. Every protocol line has five columns as the organisers write them, every listed
   utterance has its file and every file its line, in an order without meaning.
4. No speaker is in two partitions; each speaks bona fide and is forged.
5. Eval has exactly nine fakes to a bona fide utterance, and attacks of its own.
6. Every file is FLAC, 16 kHz, 16 bit, one channel, not silent and not clipped.
7. ASV scores are lines `attack key score` of each kind that t-DCF needs.
8. What is complete is kept; what is outdated or damaged is replaced; what is not ours
   is never touched.
9. A failure while writing leaves nothing behind and is a sentence with the folder.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from antispoof import corpora
from antispoof.constants import PARTITIONS
from antispoof.corpora.synthetic import ATTACKS, FULL, Share, make
from antispoof.corpora.synthetic.plan import KNOWN_ATTACKS, UNKNOWN_ATTACKS, trials
from antispoof.errors import CorpusError, DiskError, ParameterError

TINY = {
    "train": Share(speakers=2, bonafide=1, spoof=1, attacks=("M02", "M04")),
    "dev": Share(speakers=1, bonafide=1, spoof=1, attacks=("M01", "M06")),
    "eval": Share(speakers=1, bonafide=1, spoof=1, attacks=("M08", "M10", "M12")),
}
PROTOCOLS = {
    "train": "ASVspoof2019.LA.cm.train.trn.txt",
    "dev": "ASVspoof2019.LA.cm.dev.trl.txt",
    "eval": "ASVspoof2019.LA.cm.eval.trl.txt",
}
LINE = {
    letter: re.compile(
        rf"LA_\d{{4}} LA_{letter}_\d{{7}} - (- bonafide|M(0[1-9]|1[0-2]) spoof)"
    )
    for letter in "TDE"
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """The LA folder of a corpus of 13 utterances, made in this process."""
    return make(tmp_path_factory.mktemp("tiny"), shares=TINY, jobs=1)


@pytest.fixture
def soundless(monkeypatch):
    """Files of a few bytes instead of speech, where only their being there counts."""
    monkeypatch.setattr(
        "antispoof.corpora.synthetic.making.render_flac", lambda trial, *, seed: b"fLaC"
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def protocol(folder: Path, partition: str) -> list[str]:
    path = folder / "ASVspoof2019_LA_cm_protocols" / PROTOCOLS[partition]
    return path.read_text().splitlines()


def test_two_processes_make_the_same_bytes(tiny, tmp_path):
    assert digests(make(tmp_path, shares=TINY, jobs=2)) == digests(tiny)


def test_another_seed_makes_other_speech():
    first, second = (trials(TINY, seed=seed) for seed in (1, 2))
    assert {t.utt_id for t in first}.isdisjoint({t.utt_id for t in second})


def test_the_tree_is_the_official_one(tiny):
    folders = {path.name for path in tiny.iterdir() if path.is_dir()}
    assert folders == {
        "ASVspoof2019_LA_train",
        "ASVspoof2019_LA_dev",
        "ASVspoof2019_LA_eval",
        "ASVspoof2019_LA_cm_protocols",
        "ASVspoof2019_LA_asv_scores",
    }
    assert tiny.name == "LA"
    assert "SIMULATED" in (tiny / "README.txt").read_text()
    assert json.loads((tiny / "minicorpus.json").read_text())["seed"] == 2019


def test_the_corpus_reader_takes_it_for_what_it_is(tiny):
    opened = corpora.open_corpus(tiny)
    assert opened.is_synthetic
    assert len(opened.trials) == 13
    assert corpora.audit(opened).ok
    assert opened.asv_scores("eval") is not None


@pytest.mark.parametrize("partition", PARTITIONS)
def test_protocol_lines_and_files_are_the_same_utterances(tiny, partition):
    lines = protocol(tiny, partition)
    pattern = LINE[partition[0].upper()]
    assert [line for line in lines if not pattern.fullmatch(line)] == []
    listed = [line.split()[1] for line in lines]
    assert listed == sorted(listed)
    audio = tiny / f"ASVspoof2019_LA_{partition}" / "flac"
    assert sorted(path.name for path in audio.iterdir()) == [
        f"{utt_id}.flac" for utt_id in listed
    ]


def test_order_and_numbers_tell_nothing():
    listed = trials(FULL, seed=2019)
    spoof = np.array([trial.label == "spoof" for trial in listed])
    place = np.arange(len(listed))
    assert abs(np.corrcoef(place[:162], spoof[:162])[0, 1]) < 0.2
    speakers = [int(trial.speaker[3:]) for trial in listed if trial.partition == "dev"]
    assert max(speakers) - min(speakers) >= len(set(speakers))


def test_speakers_are_disjoint_and_each_has_both_classes():
    listed = trials(FULL, seed=2019)
    partitions_of, labels_of = {}, {}
    for trial in listed:
        partitions_of.setdefault(trial.speaker, set()).add(trial.partition)
        labels_of.setdefault(trial.speaker, set()).add(trial.label)
    assert all(len(found) == 1 for found in partitions_of.values())
    assert all(found == {"bonafide", "spoof"} for found in labels_of.values())
    assert len({trial.utt_id for trial in listed}) == len(listed)


def test_eval_is_nine_to_one_and_its_attacks_are_its_own():
    listed = trials(FULL, seed=2019)
    attacks = {
        name: {t.attack for t in listed if t.partition == name} - {"-"}
        for name in PARTITIONS
    }
    assert attacks["train"] == attacks["dev"] == set(KNOWN_ATTACKS)
    assert attacks["eval"] == set(UNKNOWN_ATTACKS)
    assert attacks["train"] | attacks["eval"] == set(ATTACKS)
    labels = [trial.label for trial in listed if trial.partition == "eval"]
    assert labels.count("spoof") == 9 * labels.count("bonafide")


def test_audio_is_16_khz_16_bit_mono_flac(tiny):
    files = sorted(tiny.rglob("*.flac"))
    assert len(files) == 13
    for path in files:
        info = soundfile.info(path)
        assert (info.format, info.subtype) == ("FLAC", "PCM_16")
        assert (info.samplerate, info.channels) == (16_000, 1)
        assert 1.0 < info.duration < 8.0
        samples, _ = soundfile.read(path)
        assert np.sqrt(np.mean(samples**2)) > 0.02
        assert np.abs(samples).max() < 1.0


@pytest.mark.parametrize("partition", ["dev", "eval"])
def test_asv_scores_have_every_kind(tiny, partition):
    name = f"ASVspoof2019.LA.asv.{partition}.gi.trl.scores.txt"
    rows = (tiny / "ASVspoof2019_LA_asv_scores" / name).read_text().splitlines()
    kinds = {}
    for row in rows:
        attack, key, score = row.split()
        kinds.setdefault((attack, key), []).append(float(score))
    attacks = {(name, "spoof") for name in TINY[partition].attacks}
    genuine = {("bonafide", "target"), ("bonafide", "nontarget")}
    assert set(kinds) == attacks | genuine
    assert np.mean(kinds["bonafide", "target"]) > 20
    assert np.mean(kinds["bonafide", "nontarget"]) < -20


def test_a_complete_corpus_is_kept(tiny, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("made again")

    monkeypatch.setattr("antispoof.corpora.synthetic.making._write", refuse)
    assert make(tiny.parent, shares=TINY) == tiny


@pytest.mark.parametrize("harm", ["lost file", "other version", "broken marker"])
def test_a_damaged_or_outdated_corpus_is_replaced(soundless, tmp_path, harm):
    damaged = make(tmp_path, shares=TINY, jobs=1)
    whole = digests(damaged)
    marker = damaged / "minicorpus.json"
    if harm == "lost file":
        next(damaged.rglob("*.flac")).unlink()
    elif harm == "other version":
        found = json.loads(marker.read_text())
        marker.write_text(json.dumps(found | {"version": "older"}))
    else:
        marker.write_text("{")
    assert make(tmp_path, shares=TINY, jobs=1) == damaged
    assert digests(damaged) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["LA"]


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "LA").mkdir()
    (tmp_path / "LA" / "precious.txt").write_text("real speech")
    with pytest.raises(CorpusError, match="not an embedded corpus"):
        make(tmp_path, shares=TINY)
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["precious.txt"]


@pytest.mark.parametrize("full_after", [0, 7, 13 + 2])
def test_a_full_disk_leaves_nothing(soundless, tmp_path, monkeypatch, full_after):
    target = tmp_path / "new" / "mini"
    write_bytes = Path.write_bytes
    written = []

    def write_until_full(path, content):
        if len(written) == full_after:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", write_until_full)
    with pytest.raises(DiskError, match="No space left") as caught:
        make(target, shares=TINY, jobs=1)
    assert str(target) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_corpus_that_was_there(tiny, tmp_path, monkeypatch):
    shutil.copytree(tiny, tmp_path / "LA")

    def fail(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("antispoof.corpora.synthetic.making._write", fail)
    with pytest.raises(DiskError, match="Read-only"):
        make(tmp_path, shares=TINY, seed=1)
    assert digests(tmp_path / "LA") == digests(tiny)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": "x"}, {"jobs": 0}])
def test_wrong_parameters_are_named(tmp_path, wrong):
    (name,) = wrong
    with pytest.raises(ParameterError, match=name):
        make(tmp_path / "mini", shares=TINY, **wrong)
    assert not (tmp_path / "mini").exists()
