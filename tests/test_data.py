"""Contracts of training batches.

1. Without augmentation of waveforms, batches are the cached features.
2. With it, they are computed from the sound: without anything drawn they equal the
   cached features, and they are the same for any number of threads and for each call.
   Every epoch draws again.
3. Features are augmented where the configuration says so, in either case.
4. An augmentation cannot know the label: both classes are augmented equally often.
"""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch

from antispoof import audio, data
from antispoof.augment import register_augmentation
from antispoof.config import TrainConfig
from antispoof.data import training_batches
from antispoof.frontends import FeatureSet, load_features

pytestmark = pytest.mark.usefixtures("small_frontend")
CPU = torch.device("cpu")
CONFIG = TrainConfig.for_model("cnn", epochs=2, batch_size=4)
NOISE = replace(CONFIG, augment=("noise",))
CHUNKS = [np.array([5, 0, 3]), np.array([11, 7])]


@pytest.fixture
def features(small_corpus, tmp_path):
    return load_features(small_corpus, "train", cache_dir=tmp_path / "cache")


def batches(features, config, *, epoch=0, chunks=CHUNKS):
    return list(training_batches(features, config, chunks, CPU, seed=0, epoch=epoch))


def same(one, other):
    return all(map(torch.equal, one, other))


# 1


def test_cached_features(features, monkeypatch):
    monkeypatch.setattr(audio, "load_mono_16k", None)  # nothing is decoded again
    found = batches(features, CONFIG)
    assert same(found, [features.read(index) for index in CHUNKS])
    assert all(x.dtype == torch.float32 for x in found)


# 2


def test_nothing_drawn_equals_the_cache(features):
    config = replace(NOISE, augment_probability=0.0)
    assert same(batches(features, config), batches(features, CONFIG))


def test_any_number_of_threads(features, monkeypatch):
    found = []
    for n_threads in (1, 2):
        monkeypatch.setattr(data, "cpu_count", lambda n=n_threads: n)
        found.append(batches(features, NOISE))
    assert same(found[0], found[1])
    assert not same(found[0], batches(features, CONFIG))
    assert not same(found[0], batches(features, NOISE, epoch=1))


# 3


def test_augmented_features(features, registries):
    """The features, not the waveform, and with the drawn numbers of each row."""
    invert = register_augmentation("invert", title="", on="features")
    invert(lambda features, _rng: -features)
    plain = batches(features, CONFIG)
    always = replace(CONFIG, augment=("invert",), augment_probability=1.0)
    assert same(batches(features, always), [-x for x in plain])
    config = replace(always, augment_probability=0.5)
    sometimes = batches(features, config)
    ratios = (torch.cat(sometimes) / torch.cat(plain)).mean((1, 2, 3))
    assert set(ratios.tolist()) == {1.0, -1.0}
    assert same(sometimes, batches(features, config))


# 4


def test_both_classes_alike(features, registries, tmp_path, make_features):
    register_augmentation("silence", title="")(lambda waveform, _rng: 0 * waveform)
    n = 200
    noise = np.random.default_rng(0).standard_normal(1_600).astype(np.float32) / 10
    soundfile.write(tmp_path / "clip.wav", noise, 16_000)
    trials = make_features(n).trials.assign(path=str(tmp_path / "clip.wav"))
    clips = FeatureSet(trials, features.array, np.arange(n))
    config = replace(CONFIG, augment=("silence",), augment_probability=0.5)
    (x,) = batches(clips, config, chunks=[np.arange(n)])
    silent = x.abs().amax((1, 2, 3)).numpy() == 0
    fractions = [silent[clips.labels == label].mean() for label in (0, 1)]
    assert fractions == pytest.approx([0.5, 0.5], abs=0.12)
