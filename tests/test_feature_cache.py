"""Contracts of the feature cache.

1. One float16 row per trial in the order of the protocol, equal to the front-end's
   output; a second call reads the file.
2. The array appears when it is complete. An interrupted computation leaves nothing that
   is taken for features.
3. A damaged clip: "stop" names it, "skip" leaves it out; several are all named.
4. A missing clip and a disk that is too small are refused before anything is decoded.
5. Unknown front-end, partition, and `on_error` are ParameterErrors.
6. Another front-end, other settings, other code of the front-end's class and another
   decoder each give other features, never stale ones. (Other sound, B1: see the tests
   of runs.)
7. Reading batch by batch takes the memory of a batch, not of the partition.
"""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from antispoof import audio
from antispoof.corpora import open_corpus
from antispoof.data import cached_batches
from antispoof.errors import AudioError, CorpusError, DiskError, ParameterError
from antispoof.frontends import (
    FRONTENDS,
    FeatureSet,
    LogMel,
    build,
    cache,
    load_features,
)
from corpora import flac_path

pytestmark = pytest.mark.usefixtures("small_frontend")
CPU = torch.device("cpu")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def decoded(monkeypatch):
    """Names of the clips that were decoded, in order."""
    names = []
    load = audio.load_mono_16k

    def note(path):
        if Path(path) != cache.PROBE_CLIP:
            names.append(Path(path).stem)
        return load(path)

    monkeypatch.setattr(audio, "load_mono_16k", note)
    return names


def damage(corpus, partition, *utt_ids):
    for utt_id in utt_ids:
        path = flac_path(corpus.root, partition, utt_id)
        path.write_bytes(b"fLaC, but nothing behind")
    return open_corpus(corpus.root)


# 1


def test_trimmed_silence(small_corpus, folder):
    path = small_corpus.partition("dev")["path"][0]
    speech = audio.load_mono_16k(path)
    soundfile.write(path, np.pad(speech, 800), 16_000)
    corpus = open_corpus(small_corpus.root)
    kept = load_features(corpus, "dev", silence="keep", cache_dir=folder)
    trimmed = load_features(corpus, "dev", silence="trim", cache_dir=folder)
    expected = build("logmel")(torch.from_numpy(speech)[None]).half()[0]
    np.testing.assert_allclose(trimmed.read_fp16([0])[0], expected, atol=0.02)
    assert abs(kept.read_fp16([0])[0] - expected).max() > 0.5


def test_rows_are_the_protocol(small_corpus, folder):
    features = load_features(small_corpus, "train", cache_dir=folder)
    trials = small_corpus.partition("train")
    assert features.trials["utt_id"].tolist() == trials["utt_id"].tolist()
    assert features.array.dtype == np.float16
    assert features.array.shape == (12, 1, 64, 33)
    module = FRONTENDS["logmel"].factory()
    for row, path in enumerate(trials["path"]):
        expected = module(torch.from_numpy(audio.load_mono_16k(path))[None])[0]
        found = features.read([row])[0]
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_feature_set(small_corpus, folder):
    features = load_features(small_corpus, "train", cache_dir=folder)
    assert features.labels.tolist() == [1, 0, 0] * 4
    chosen = features.subset((features.trials["speaker"] == "S3").to_numpy())
    assert chosen.trials["utt_id"].tolist() == ["T31", "T32", "T33"]
    assert chosen.read().dtype == torch.float32
    assert chosen.read_fp16().dtype == torch.float16
    assert torch.equal(chosen.read(), features.read(slice(6, 9)))
    assert torch.equal(chosen.read(np.array([2, 0])), features.read([8, 6]))


def test_second_call_reads_the_file(small_corpus, folder, decoded):
    for _ in range(2):
        load_features(small_corpus, "dev", cache_dir=folder)
    assert sorted(decoded) == ["D1", "D2", "D3"]


def test_any_number_of_workers(small_corpus, folder, monkeypatch):
    threads, reported, arrays = torch.get_num_threads(), [], []
    for jobs in (1, 3):
        monkeypatch.setattr(cache.os, "cpu_count", lambda n=jobs: n)
        options = {"cache_dir": folder / str(jobs)}
        options["progress"] = lambda *progress: reported.append(progress)
        arrays.append(load_features(small_corpus, "train", **options).array)
    assert np.array_equal(*arrays)
    assert reported == [(n + 1, 12) for n in range(12)] * 2
    assert torch.get_num_threads() == threads


# 2


@pytest.mark.parametrize("existing", [False, True])
def test_interrupted_computation(small_corpus, folder, existing):
    expected = np.array(load_features(small_corpus, "train", cache_dir=folder).array)
    (manifest,) = folder.rglob("train.json")
    if existing:  # computed by other code
        text = manifest.read_text()
        manifest.write_text(text.replace('"probe": [', '"probe": [9, '))
    else:
        shutil.rmtree(folder)

    def stop(done, _total):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_features(small_corpus, "train", cache_dir=folder, progress=stop)
    left = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert left <= {".lock", ".json"}
    again = load_features(small_corpus, "train", cache_dir=folder)
    assert np.array_equal(again.array, expected)


# 3


def test_rows_after_a_skipped_clip(small_corpus, folder):
    complete = load_features(small_corpus, "train", cache_dir=folder)
    damaged = damage(small_corpus, "train", "T13")
    kept = load_features(damaged, "train", cache_dir=folder, on_error="skip")
    present = [u != "T13" for u in complete.trials["utt_id"]]
    assert torch.equal(kept.read(), complete.read(present))
    assert kept.labels.tolist() == complete.labels[present].tolist()


def test_all_damaged_clips_are_named(small_corpus, folder):
    damaged = damage(small_corpus, "train", "T13", "T41")
    said = r"^2 of the 12 clips of train .*: T13, T41\..*T13\.flac.* --on-error skip$"
    with pytest.raises(AudioError, match=said):
        load_features(damaged, "train", cache_dir=folder)


# 4


def test_missing_clip(small_corpus, folder, decoded):
    path = flac_path(small_corpus.root, "dev", "D3")
    path.unlink()
    with pytest.raises(CorpusError, match=str(path)):
        load_features(small_corpus, "dev", cache_dir=folder)
    assert not folder.exists()
    assert decoded == []
    kept = load_features(small_corpus, "dev", cache_dir=folder, on_error="skip")
    assert kept.trials["utt_id"].tolist() == ["D1", "D2"]


def test_small_disk(small_corpus, folder, small_disk, decoded):
    with pytest.raises(DiskError, match=r"1 MiB are free"):
        load_features(small_corpus, "train", cache_dir=folder)
    assert decoded == []


# 5


def test_unknown_settings(small_corpus, folder):
    for partition, settings, message in (
        ("dev", {"frontend": "mfcc"}, "'mfcc'; accepted: .*logmel"),
        ("dev", {"on_error": "ignore"}, "'ignore'; accepted: stop, skip"),
        ("test", {}, "'test'"),
    ):
        with pytest.raises(ParameterError, match=message):
            load_features(small_corpus, partition, cache_dir=folder, **settings)
        assert not folder.exists()


# 6


def test_other_settings(small_corpus, folder, monkeypatch):
    one = load_features(small_corpus, "dev", cache_dir=folder)
    entry = replace(FRONTENDS["logmel"], factory=partial(LogMel, n_samples=8_000))
    monkeypatch.setitem(FRONTENDS, "logmel", entry)
    two = load_features(small_corpus, "dev", cache_dir=folder)
    assert one.array.shape[-1] < two.array.shape[-1]


PLUGIN = """
from antispoof.frontends import LogMel

class Scaled(LogMel):
    def forward(self, waveform):
        return {factor} * super().forward(waveform)
"""


@pytest.mark.parametrize("noticed_by", ["source code", "probe"])
def test_changed_code_of_a_second_frontend(
    small_corpus, folder, tmp_path, monkeypatch, noticed_by
):
    """B4: only the code of log-mel was part of the key."""
    file = tmp_path / "scaled.py"
    if noticed_by == "probe":  # as for a class from a notebook cell
        name = "antispoof.hashing.hash_defining_file"
        monkeypatch.setattr(name, lambda cls: cls.__qualname__)

    def computed(factor):
        file.write_text(PLUGIN.format(factor=factor))
        space = {"__name__": "scaled", "__file__": str(file)}
        exec(compile(file.read_text(), str(file), "exec"), space)
        inspect = cache.hashing.inspect
        monkeypatch.setattr(inspect, "getsourcefile", lambda cls: str(file))
        factory = partial(space["Scaled"], n_samples=5_200)
        entry = replace(FRONTENDS["logmel"], name="scaled", factory=factory)
        monkeypatch.setitem(FRONTENDS.data, "scaled", entry)
        return load_features(small_corpus, "dev", frontend="scaled", cache_dir=folder)

    before, after = computed(1).read(), computed(100).read()
    torch.testing.assert_close(after, 100 * before, rtol=1e-2, atol=1e-2)


def test_changed_decoder(small_corpus, folder, monkeypatch):
    before = load_features(small_corpus, "dev", cache_dir=folder).read()
    load = audio.load_mono_16k
    monkeypatch.setattr(audio, "load_mono_16k", lambda path: load(path)[::-1].copy())
    after = load_features(small_corpus, "dev", cache_dir=folder).read()
    assert not torch.equal(before, after)


# 7


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux reports this memory"
)
def test_memory_of_reading(tmp_path, make_features):
    def mapped():
        status = Path("/proc/self/status").read_text("utf-8")
        return int(status.partition("RssFile:")[2].split()[0]) * 1024

    np.save(tmp_path / "all.npy", np.full((400, 1, 64, 401), 2, np.float16))
    array = np.load(tmp_path / "all.npy", mmap_mode="r")
    features = FeatureSet(make_features(400).trials, array, np.arange(400))
    before = mapped()
    of_fifty = [slice(start, start + 50) for start in range(0, 400, 50)]
    for batch in cached_batches(features, of_fifty, CPU):
        assert batch.eq(2).all()
    assert mapped() - before < array.nbytes / 4
