"""Contracts of the feature store.

1. One float16 row a trial in the order of the protocol, equal to what the front-end
   gives; a second opening reads what is there.
2. A build that was killed goes on from its last block: only what is missing is decoded,
   and the array is the one an uninterrupted build makes. No partial array is taken for
   a whole one.
3. A damaged clip: "stop" names it, "skip" leaves it out and `failed_clips` lists it;
   mended, it is there at the next opening. Several are all named.
4. A missing clip and a disk that is too small are refused before anything is decoded,
   and leave nothing.
5. Unknown front-end, partition, `on_error` and `jobs` are ParameterErrors.
6. Another front-end setting or corpus has a store of its own.
7. Other sound under the same protocols is refused, before and after a build was cut
   off; sound that is gone is not.
8. What a build takes on disk is told beforehand, and is what it takes. The whole of
   ASVspoof 2019 LA takes at most 6.5 GB.
9. Reading a partition batch by batch takes the memory of a batch, not of the partition.
"""

import errno
import os
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from antispoof import audio
from antispoof.audio import load_mono_16k
from antispoof.constants import PARTITIONS
from antispoof.corpora import Corpus, open_corpus
from antispoof.corpora.asvspoof2019 import EXPECTED_COUNTS
from antispoof.data import Batches
from antispoof.errors import AudioError, CorpusError, DiskError, ParameterError
from antispoof.frontends import (
    FRONTENDS,
    FeatureSet,
    LogMel,
    bytes_to_build,
    failed_clips,
    filling,
    fix_length,
    load_features,
    require_space,
)
from corpora import LINES, flac_path, write_corpus, write_flac

pytestmark = pytest.mark.usefixtures("small_frontend")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def decoded(monkeypatch):
    """Names of the clips that were decoded, in order."""
    names = []
    decode = audio.load_mono_16k

    def note(path):
        names.append(path.rsplit("/", 1)[-1].removesuffix(".flac"))
        return load_mono_16k(path)

    monkeypatch.setattr(audio, "decode", note)
    return names


def arrays(folder):
    return sorted(path.name for path in folder.rglob("*") if path.suffix != ".lock")


def spoil(corpus, partition, utt_id):
    path = flac_path(corpus.root, partition, utt_id)
    path.write_bytes(b"fLaC, but nothing behind")
    return path


# 1


def test_rows_are_the_protocol(small_corpus, folder):
    features = load_features(small_corpus, "train", store=folder)
    trials = small_corpus.partition("train")
    assert features.trials["utt_id"].tolist() == trials["utt_id"].tolist()
    assert features.array.dtype == np.float16
    assert features.array.shape == (12, 1, 64, 33)
    module = FRONTENDS["logmel"]()
    for row, path in enumerate(trials["path"]):
        wave = torch.from_numpy(fix_length(audio.load_mono_16k(path), module.n_samples))
        expected = module(wave[None])[0]
        torch.testing.assert_close(
            features.tensor([row])[0], expected, rtol=1e-3, atol=1e-3
        )


def test_as_a_model_needs_it(small_corpus, folder):
    features = load_features(small_corpus, "train", store=folder)
    assert features.labels.tolist() == [1, 0, 0] * 4
    chosen = features.subset((features.trials["speaker"] == "S3").to_numpy())
    assert chosen.trials["utt_id"].tolist() == ["T31", "T32", "T33"]
    assert chosen.tensor().dtype == torch.float32
    assert torch.equal(chosen.tensor(), features.tensor(slice(6, 9)))
    assert torch.equal(chosen.tensor(np.array([2, 0])), features.tensor([8, 6]))


def test_second_opening_reads(small_corpus, folder, decoded):
    first = load_features(small_corpus, "dev", store=folder)
    assert decoded == ["D1", "D2", "D3"]
    (path,) = folder.rglob("dev.npy")
    before = path.stat().st_mtime_ns
    again = load_features(small_corpus, "dev", store=folder)
    assert path.stat().st_mtime_ns == before
    assert len(decoded) == 3
    assert np.array_equal(first.array, again.array)


def test_progress_and_jobs(small_corpus, folder, monkeypatch):
    monkeypatch.setattr(filling, "BLOCK", 5)
    told = []
    threads = torch.get_num_threads()
    load_features(
        small_corpus,
        "train",
        store=folder,
        jobs=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 12), (5, 12), (10, 12), (12, 12)]
    assert torch.get_num_threads() == threads


# 2


@pytest.mark.parametrize("killed_at", ["T12", "T21", "T43"])
def test_killed_build_goes_on(small_corpus, folder, monkeypatch, decoded, killed_at):
    whole = load_features(small_corpus, "train", store=folder / "whole")
    monkeypatch.setattr(filling, "BLOCK", 3)
    monkeypatch.setattr(filling, "NOTE_SECONDS", 0)
    order = small_corpus.partition("train")["utt_id"].tolist()
    note = audio.load_mono_16k

    def die(path):
        if path.endswith(f"{killed_at}.flac"):
            raise KeyboardInterrupt
        return note(path)

    with monkeypatch.context() as patch:
        patch.setattr(audio, "decode", die)
        with pytest.raises(KeyboardInterrupt):
            load_features(small_corpus, "train", store=folder, jobs=1)
    assert not list(folder.glob("*/*/train.npy"))
    decoded.clear()
    resumed = load_features(small_corpus, "train", store=folder, jobs=1)
    block = order.index(killed_at) // 3 * 3
    assert decoded == order[block:]
    assert np.array_equal(resumed.array, whole.array)
    assert [name for name in arrays(folder) if "partial" in name] == []


def test_killed_before_its_first_note(small_corpus, folder, monkeypatch):
    # The whole array was taken away by hand, its note stayed: no reason to trust it.
    whole = load_features(small_corpus, "train", store=folder)
    expected = np.array(whole.array)
    (path,) = folder.rglob("train.npy")
    path.unlink()

    def die(_path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(audio, "decode", die)
        with pytest.raises(KeyboardInterrupt):
            load_features(small_corpus, "train", store=folder)
    again = load_features(small_corpus, "train", store=folder)
    assert np.array_equal(again.array, expected)


# 3


def test_damaged_clip(small_corpus, folder):
    path = spoil(small_corpus, "dev", "D2")
    with pytest.raises(AudioError) as caught:
        load_features(small_corpus, "dev", store=folder)
    assert str(path) in str(caught.value)
    assert "D2" in str(caught.value)
    assert "\n" not in str(caught.value)
    kept = load_features(small_corpus, "dev", store=folder, on_error="skip")
    assert kept.trials["utt_id"].tolist() == ["D1", "D3"]
    assert failed_clips(kept, small_corpus, "dev") == ["D2"]
    intact = open_corpus(write_corpus(folder.parent / "other" / "LA", LINES))
    assert failed_clips(load_features(intact, "dev", store=folder), intact, "dev") == []


def test_rows_after_a_damaged_clip_stay_in_step(small_corpus, folder):
    whole = load_features(small_corpus, "train", store=folder / "whole")
    spoil(small_corpus, "train", "T13")
    kept = load_features(small_corpus, "train", store=folder, on_error="skip")
    present = [u != "T13" for u in whole.trials["utt_id"]]
    assert torch.equal(kept.tensor(), whole.tensor(present))
    assert kept.labels.tolist() == whole.labels[present].tolist()


def test_mended_clip_comes_back(small_corpus, folder, decoded):
    path = spoil(small_corpus, "dev", "D2")
    with pytest.raises(AudioError):
        load_features(small_corpus, "dev", store=folder)
    write_flac(path, seed=99)
    decoded.clear()
    features = load_features(small_corpus, "dev", store=folder)
    assert decoded == ["D2"]
    assert features.trials["utt_id"].tolist() == ["D1", "D2", "D3"]
    fresh = load_features(small_corpus, "dev", store=folder / "fresh")
    assert torch.equal(features.tensor(), fresh.tensor())
    decoded.clear()
    load_features(small_corpus, "dev", store=folder)
    assert decoded == []


def test_all_damaged_clips_are_named(small_corpus, folder):
    for utt_id in ("T13", "T41"):
        spoil(small_corpus, "train", utt_id)
    with pytest.raises(AudioError, match=r"2 of the 12 clips of train .*: T13, T41\."):
        load_features(small_corpus, "train", store=folder)


# 4


def test_missing_clip(small_corpus, folder, decoded):
    path = flac_path(small_corpus.root, "dev", "D3")
    path.unlink()
    with pytest.raises(CorpusError, match=str(path)):
        load_features(small_corpus, "dev", store=folder)
    assert not folder.exists()
    assert decoded == []
    kept = load_features(small_corpus, "dev", store=folder, on_error="skip")
    assert failed_clips(kept, small_corpus, "dev") == ["D3"]


def test_small_disk(small_corpus, folder, monkeypatch, decoded):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    with pytest.raises(DiskError, match=r"1 MiB are free"):
        load_features(small_corpus, "train", store=folder)
    assert decoded == []
    assert [name for name in arrays(folder) if "train" in name] == []


@pytest.mark.skipif(
    not hasattr(os, "posix_fallocate"), reason="space can be reserved on POSIX only"
)
def test_disk_that_fills_in_between(small_corpus, folder, monkeypatch, decoded):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", full)
        with pytest.raises(DiskError, match="No space left"):
            load_features(small_corpus, "train", store=folder)
    assert decoded == []
    assert [name for name in arrays(folder) if "train" in name] == []
    assert len(load_features(small_corpus, "train", store=folder)) == 12


# 5


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"frontend": "mfcc"}, "'mfcc'; accepted: logmel"),
        ({"on_error": "ignore"}, "'ignore'; accepted: stop, skip"),
        ({"jobs": 0}, "jobs=0"),
        ({"jobs": -2}, "jobs=-2"),
    ],
)
def test_unknown_settings(small_corpus, folder, settings, told):
    with pytest.raises(ParameterError, match=told):
        load_features(small_corpus, "dev", store=folder, **settings)
    assert not folder.exists()


def test_unknown_partition(small_corpus, folder):
    with pytest.raises(ParameterError, match="'test'"):
        load_features(small_corpus, "test", store=folder)
    assert not folder.exists()


# 6


def test_stores_of_their_own(small_corpus, folder, monkeypatch, tmp_path):
    one = load_features(small_corpus, "dev", store=folder)
    monkeypatch.setitem(FRONTENDS, "logmel", partial(LogMel, n_samples=8_000))
    two = load_features(small_corpus, "dev", store=folder)
    assert one.array.shape[-1] != two.array.shape[-1]
    other = open_corpus(write_corpus(tmp_path / "other" / "LA", LINES))
    assert len(load_features(other, "dev", store=folder)) == 2
    assert len(list(folder.rglob("dev.npy"))) == 3


# 7


def test_other_sound(small_corpus, folder):
    load_features(small_corpus, "dev", store=folder)
    write_flac(flac_path(small_corpus.root, "dev", "D2"), seed=2, sample_rate=8_000)
    with pytest.raises(CorpusError, match=r"1 of 3 files .*D2\.flac") as caught:
        load_features(small_corpus, "dev", store=folder)
    assert str(folder) in str(caught.value)
    assert len(load_features(small_corpus, "dev", store=folder / "another")) == 3
    assert len(load_features(small_corpus, "eval", store=folder)) == 3


def test_other_sound_beside_a_damaged_clip(small_corpus, folder):
    path = spoil(small_corpus, "dev", "D1")
    load_features(small_corpus, "dev", store=folder, on_error="skip")
    write_flac(flac_path(small_corpus.root, "dev", "D2"), seed=2, sample_rate=8_000)
    write_flac(path, seed=3)
    with pytest.raises(CorpusError, match=r"1 of 3 files .*D2\.flac"):
        load_features(small_corpus, "dev", store=folder, on_error="skip")


@pytest.mark.parametrize(("utt_id", "refused"), [("T11", True), ("T43", False)])
def test_other_sound_after_a_build_was_cut_off(
    small_corpus, folder, monkeypatch, utt_id, refused
):
    monkeypatch.setattr(filling, "BLOCK", 3)
    monkeypatch.setattr(filling, "NOTE_SECONDS", 0)

    def cut_off(done, _total):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_features(small_corpus, "train", store=folder, jobs=1, progress=cut_off)
    path = flac_path(small_corpus.root, "train", utt_id)
    write_flac(path, seed=2, sample_rate=8_000)
    if refused:
        with pytest.raises(CorpusError, match=utt_id):
            load_features(small_corpus, "train", store=folder)
    else:
        assert len(load_features(small_corpus, "train", store=folder)) == 12


def test_features_outlive_their_sound(small_corpus, folder):
    before = load_features(small_corpus, "dev", store=folder).tensor()
    shutil.rmtree(small_corpus.root / "ASVspoof2019_LA_dev")
    assert torch.equal(
        load_features(small_corpus, "dev", store=folder).tensor(), before
    )


# 8


def test_bytes_are_told(small_corpus, folder):
    told = bytes_to_build(small_corpus, "train", store=folder)
    assert not folder.exists()
    load_features(small_corpus, "train", store=folder)
    (path,) = folder.rglob("train.npy")
    assert told < path.stat().st_size <= told + 256
    assert bytes_to_build(small_corpus, "train", store=folder) == 0


def test_space_is_that_of_the_folder_to_come(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda path: asked.append(path) or SimpleNamespace(free=0),
    )
    with pytest.raises(DiskError, match=r"5 MiB in .*to/come"):
        require_space(tmp_path / "to" / "come", 5 * 2**20)
    assert asked == [tmp_path]


def test_la_fits(folder, monkeypatch):
    monkeypatch.setitem(FRONTENDS, "logmel", LogMel)
    official = {name: counts.total for name, counts in EXPECTED_COUNTS.items()}
    table = pd.DataFrame({"partition": np.repeat(list(official), [*official.values()])})
    counted = Corpus(root=folder, kind="", trials=table, fingerprint="")
    needed = [bytes_to_build(counted, name, store=folder) for name in official]
    assert needed == [2 * 64 * 401 * n for n in official.values()]
    assert sum(needed) <= 6.5e9


def test_la_by_its_protocols_fits(shared, folder, monkeypatch):
    monkeypatch.setitem(FRONTENDS, "logmel", LogMel)
    la = open_corpus(shared("corpora/asvspoof2019-la-protocols"))
    needed = sum(bytes_to_build(la, name, store=folder) for name in PARTITIONS)
    assert needed == 2 * 64 * 401 * 121_461 <= 6.5e9


# 9


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is told by Linux only"
)
def test_reading_takes_no_memory(tmp_path, make_features):
    def mapped():
        text = Path("/proc/self/status").read_text("utf-8")
        (line,) = [x for x in text.splitlines() if x.startswith("RssFile")]
        return int(line.split()[1]) * 1024

    shape = (400, 1, 64, 401)
    np.save(tmp_path / "all.npy", np.full(shape, 2, np.float16))
    array = np.load(tmp_path / "all.npy", mmap_mode="r")
    features = FeatureSet(make_features(400).trials, array, np.arange(400))
    before = mapped()
    of_fifty = [slice(start, start + 50) for start in range(0, 400, 50)]
    # As training and scoring read it.
    for batch in Batches(features, torch.device("cpu")).stream(of_fifty):
        assert batch.eq(2).all()
    assert mapped() - before < array.nbytes / 4
