"""Contracts of the regression check.

1. Its numbers are the same every time, whatever was drawn before, and finite; torch's
   random state stays as it was, and nothing of torch is replaced.
2. It fails when decoder, front-end, model, loop, schedule, validation split, class
   weights, augmentation, precision, checkpoint rule or scoring change (B5).
3. It does not depend on the length of training. Dropout is off: its masks differ
   between versions of PyTorch.
4. Rounding is tolerated; numbers that are not finite, and fewer numbers, are not.
5. What is not a result of the check is a RunError.
"""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from antispoof import audio, augment, frontends, losses, models
from antispoof.config import TrainConfig
from antispoof.errors import RunError
from antispoof.registry import Entry
from antispoof.runs import regression_check
from antispoof.runs.regression_check import compute, matches
from antispoof.scoring import partition
from antispoof.training import accelerators, loop, validation
from antispoof.training.state import TrainerState

CONFIG = TrainConfig.for_model("cnn", schedule="cosine", class_weights="balanced")


@pytest.fixture(autouse=True)
def no_cache(monkeypatch):
    """The check is cached per process, in which code changes in tests only."""
    uncached = regression_check._compute.__wrapped__
    monkeypatch.setattr(regression_check, "_compute", uncached)


@cache
def recorded(config=CONFIG):
    """Numbers of the unchanged code."""
    return compute(config)


# 1


def test_same_every_time():
    expected = recorded()
    torch.manual_seed(1234)
    before, dropout = torch.get_rng_state(), nn.functional.dropout
    assert compute(CONFIG) == expected
    assert torch.equal(torch.get_rng_state(), before)
    assert nn.functional.dropout is dropout
    assert all(np.isfinite(values).all() for values in expected.values())
    assert "mock" not in Path(regression_check.__file__).read_text("utf-8")


# 2


class LouderFrontend(frontends.LogMel):
    def normalize(self, level):
        return 1.02 * super().normalize(level)


def other_batch_norm():
    model = models.CNN()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-2
    return model


def other_decoder(patch):
    load = audio.load_mono_16k
    patch.setattr(audio, "load_mono_16k", lambda path: 0.5 * load(path)[::-1].copy())


def other_frontend(patch):
    entry = replace(frontends.FRONTENDS["logmel"], factory=LouderFrontend)
    patch.setitem(frontends.FRONTENDS._entries, "logmel", entry)


def other_model(patch):
    entry = replace(models.MODELS["cnn"], factory=other_batch_norm)
    patch.setitem(models.MODELS._entries, "cnn", entry)


def no_schedule(patch):
    schedule = torch.optim.lr_scheduler.ConstantLR
    patch.setattr(loop, "make_schedule", lambda optimizer, *_: schedule(optimizer, 1.0))


def other_split(patch):
    speakers = ("speaker2", "speaker3")
    patch.setattr(validation, "choose_val_speakers", lambda *_: speakers)


def no_class_weights(patch):
    patch.setattr(loop, "_class_weights", lambda *_: None)


def other_optimizer(patch):
    patch.setattr(torch.optim, "Adam", torch.optim.NAdam)


def other_loss(patch):
    entry = losses.LOSSES["cross_entropy"]
    smooth = replace(entry, factory=partial(entry.factory, label_smoothing=0.1))
    patch.setitem(losses.LOSSES._entries, "cross_entropy", smooth)


def other_scoring(patch):
    patch.setattr(partition, "BONAFIDE", 0)
    patch.setattr(partition, "SPOOF", 1)


def always_last(patch):
    end_epoch = TrainerState.end_epoch

    def keep(self, row, weights, *, keep):
        end_epoch(self, row, weights, keep=True)

    patch.setattr(TrainerState, "end_epoch", keep)


@pytest.mark.parametrize(
    "change",
    [
        other_decoder,
        other_frontend,
        other_model,
        no_schedule,
        other_split,
        no_class_weights,
        other_optimizer,
        other_loss,
        other_scoring,
        always_last,
    ],
)
def test_change_is_noticed(change, monkeypatch):
    """B5: decoder, split, schedule and class weights could be removed unnoticed."""
    expected = recorded()
    assert matches(expected, CONFIG)
    change(monkeypatch)
    assert not matches(expected, CONFIG)


def test_augmentation_is_noticed(monkeypatch):
    config = replace(CONFIG, augment=("noise",))
    expected = recorded(config)
    known = augment.AUGMENTATIONS["noise"]
    other = Entry("noise", lambda waveform, _rng: waveform[::-1].copy(), known.info)
    monkeypatch.setitem(augment.AUGMENTATIONS._entries, "noise", other)
    assert not matches(expected, config)


def test_precision_is_noticed(monkeypatch):
    config = replace(CONFIG, precision="bf16")
    expected = recorded(config)
    monkeypatch.setitem(accelerators.MIXED, "bf16", "no")  # quietly in float32
    assert not matches(expected, config)


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": 2e-3},
        {"weight_decay": 0.5},
        {"class_weights": "none"},
        {"loss": "oc_softmax"},
        {"schedule": "constant"},
        {"warmup_epochs": 1},
        {"grad_clip_norm": 1e-7},
        {"n_val_speakers": 1},
        {"keep_checkpoint": "last"},
    ],
)
def test_settings_are_used(settings):
    assert not matches(recorded(), replace(CONFIG, **settings))


# 3


def test_length_does_not_matter():
    longer = replace(CONFIG, epochs=99, batch_size=3, patience=4)
    assert compute(longer) == recorded()


def test_dropout_is_off(monkeypatch):
    expected = recorded()

    def refuse(x, p, training, inplace):
        assert p == 0 or not training
        return x

    monkeypatch.setattr(nn.functional, "dropout", refuse)
    assert compute(CONFIG) == expected


# 4


@pytest.mark.parametrize("part", ["features", "untrained", "trained", "history"])
def test_tolerance(part):
    def changed(change):
        values = change(np.array(recorded()[part]))
        return matches({**recorded(), part: values.tolist()}, CONFIG)

    assert changed(lambda x: x * (1 + 1e-4))
    assert not changed(lambda x: x * 1.1)
    assert not changed(lambda x: x[:-1])
    assert not changed(lambda x: x * np.nan)


# 5


@pytest.mark.parametrize("wrong", [{}, {"trained": [1.0]}, {"high": [], "low": []}])
def test_not_a_result(wrong):
    with pytest.raises(RunError, match="features, untrained, trained"):
        matches(wrong, CONFIG)
