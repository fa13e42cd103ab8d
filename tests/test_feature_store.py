"""Contracts of the feature store.

1. One float16 row a trial in the order of the protocol, equal to what the front-end
   gives; a second opening reads what is there.
2. A build that was killed goes on from its last block: only what is missing is decoded,
   and the array is the one an uninterrupted build makes. No partial array is taken for
   a whole one.
3. A damaged clip: "stop" names it, "skip" leaves it out and `damaged_clips` lists it;
   mended, it is there at the next opening.
4. A missing clip and a disk that is too small are refused before anything is decoded,
   and leave nothing.
5. Unknown front-end, partition, `on_error` and `jobs` are ParameterErrors.
6. Another front-end setting or corpus has a store of its own.
"""

import errno
import os
import shutil
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from antispoof import audio
from antispoof.corpus import open_corpus
from antispoof.errors import AudioError, CorpusError, DiskError, ParameterError
from antispoof.features import (
    FRONTENDS,
    LogMel,
    damaged_clips,
    fix_length,
    open_features,
    store,
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
    decode = audio.decode

    def note(path):
        names.append(path.rsplit("/", 1)[-1].removesuffix(".flac"))
        return decode(path)

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
    features = open_features(small_corpus, "train", store=folder)
    trials = small_corpus.partition("train")
    assert features.trials["utt_id"].tolist() == trials["utt_id"].tolist()
    assert features.array.dtype == np.float16
    assert features.array.shape == (12, 1, 64, 33)
    module = FRONTENDS["logmel"]()
    for row, path in enumerate(trials["path"]):
        wave = torch.from_numpy(fix_length(audio.decode(path), module.n_samples))
        expected = module(wave[None])[0]
        torch.testing.assert_close(
            features.tensor([row])[0], expected, rtol=1e-3, atol=1e-3
        )


def test_as_a_model_needs_it(small_corpus, folder):
    features = open_features(small_corpus, "train", store=folder)
    assert features.labels.tolist() == [1, 0, 0] * 4
    chosen = features.subset((features.trials["speaker"] == "S3").to_numpy())
    assert chosen.trials["utt_id"].tolist() == ["T31", "T32", "T33"]
    assert chosen.tensor().dtype == torch.float32
    assert torch.equal(chosen.tensor(), features.tensor(slice(6, 9)))
    assert torch.equal(chosen.tensor(np.array([2, 0])), features.tensor([8, 6]))


def test_second_opening_reads(small_corpus, folder, decoded):
    first = open_features(small_corpus, "dev", store=folder)
    assert decoded == ["D1", "D2", "D3"]
    (path,) = folder.rglob("dev.npy")
    before = path.stat().st_mtime_ns
    again = open_features(small_corpus, "dev", store=folder)
    assert path.stat().st_mtime_ns == before
    assert len(decoded) == 3
    assert np.array_equal(first.array, again.array)


def test_progress_and_jobs(small_corpus, folder, monkeypatch):
    monkeypatch.setattr(store, "BLOCK", 5)
    told = []
    threads = torch.get_num_threads()
    open_features(
        small_corpus,
        "train",
        store=folder,
        jobs=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(5, 12), (10, 12), (12, 12)]
    assert torch.get_num_threads() == threads


# 2


@pytest.mark.parametrize("killed_at", ["T12", "T21", "T43"])
def test_killed_build_goes_on(small_corpus, folder, monkeypatch, decoded, killed_at):
    whole = open_features(small_corpus, "train", store=folder / "whole")
    monkeypatch.setattr(store, "BLOCK", 3)
    order = small_corpus.partition("train")["utt_id"].tolist()
    note = audio.decode

    def die(path):
        if path.endswith(f"{killed_at}.flac"):
            raise KeyboardInterrupt
        return note(path)

    with monkeypatch.context() as patch:
        patch.setattr(audio, "decode", die)
        with pytest.raises(KeyboardInterrupt):
            open_features(small_corpus, "train", store=folder, jobs=1)
    assert not list(folder.glob("*/*/train.npy"))
    decoded.clear()
    resumed = open_features(small_corpus, "train", store=folder, jobs=1)
    block = order.index(killed_at) // 3 * 3
    assert decoded == order[block:]
    assert np.array_equal(resumed.array, whole.array)
    assert [name for name in arrays(folder) if "partial" in name] == []


def test_killed_before_its_first_note(small_corpus, folder, monkeypatch):
    # The whole array was taken away by hand, its note stayed: no reason to trust it.
    whole = open_features(small_corpus, "train", store=folder)
    expected = np.array(whole.array)
    (path,) = folder.rglob("train.npy")
    path.unlink()

    def die(_path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(audio, "decode", die)
        with pytest.raises(KeyboardInterrupt):
            open_features(small_corpus, "train", store=folder)
    again = open_features(small_corpus, "train", store=folder)
    assert np.array_equal(again.array, expected)


# 3


def test_damaged_clip(small_corpus, folder):
    path = spoil(small_corpus, "dev", "D2")
    with pytest.raises(AudioError) as caught:
        open_features(small_corpus, "dev", store=folder)
    assert str(path) in str(caught.value)
    assert "D2" in str(caught.value)
    assert "\n" not in str(caught.value)
    kept = open_features(small_corpus, "dev", store=folder, on_error="skip")
    assert kept.trials["utt_id"].tolist() == ["D1", "D3"]
    assert damaged_clips(kept, small_corpus, "dev") == ["D2"]
    intact = open_corpus(write_corpus(folder.parent / "other" / "LA", LINES))
    assert (
        damaged_clips(open_features(intact, "dev", store=folder), intact, "dev") == []
    )


def test_rows_after_a_damaged_clip_stay_in_step(small_corpus, folder):
    whole = open_features(small_corpus, "train", store=folder / "whole")
    spoil(small_corpus, "train", "T13")
    kept = open_features(small_corpus, "train", store=folder, on_error="skip")
    present = [u != "T13" for u in whole.trials["utt_id"]]
    assert torch.equal(kept.tensor(), whole.tensor(present))
    assert kept.labels.tolist() == whole.labels[present].tolist()


def test_mended_clip_comes_back(small_corpus, folder, decoded):
    path = spoil(small_corpus, "dev", "D2")
    with pytest.raises(AudioError):
        open_features(small_corpus, "dev", store=folder)
    write_flac(path, seed=99)
    decoded.clear()
    features = open_features(small_corpus, "dev", store=folder)
    assert decoded == ["D2"]
    assert features.trials["utt_id"].tolist() == ["D1", "D2", "D3"]
    fresh = open_features(small_corpus, "dev", store=folder / "fresh")
    assert torch.equal(features.tensor(), fresh.tensor())
    decoded.clear()
    open_features(small_corpus, "dev", store=folder)
    assert decoded == []


# 4


def test_missing_clip(small_corpus, folder, decoded):
    path = flac_path(small_corpus.root, "dev", "D3")
    path.unlink()
    with pytest.raises(CorpusError, match=str(path)):
        open_features(small_corpus, "dev", store=folder)
    assert not folder.exists()
    assert decoded == []
    kept = open_features(small_corpus, "dev", store=folder, on_error="skip")
    assert damaged_clips(kept, small_corpus, "dev") == ["D3"]


def test_small_disk(small_corpus, folder, monkeypatch, decoded):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    with pytest.raises(DiskError, match=r"1 MiB are free"):
        open_features(small_corpus, "train", store=folder)
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
            open_features(small_corpus, "train", store=folder)
    assert decoded == []
    assert [name for name in arrays(folder) if "train" in name] == []
    assert len(open_features(small_corpus, "train", store=folder)) == 12


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
        open_features(small_corpus, "dev", store=folder, **settings)
    assert not folder.exists()


def test_unknown_partition(small_corpus, folder):
    with pytest.raises(ParameterError, match="'test'"):
        open_features(small_corpus, "test", store=folder)
    assert not folder.exists()


# 6


def test_stores_of_their_own(small_corpus, folder, monkeypatch, tmp_path):
    one = open_features(small_corpus, "dev", store=folder)
    monkeypatch.setitem(FRONTENDS, "logmel", partial(LogMel, n_samples=8_000))
    two = open_features(small_corpus, "dev", store=folder)
    assert one.array.shape[-1] != two.array.shape[-1]
    other = open_corpus(write_corpus(tmp_path / "other" / "LA", LINES))
    assert len(open_features(other, "dev", store=folder)) == 2
    assert len(list(folder.rglob("dev.npy"))) == 3
