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
from torch.optim.lr_scheduler import ConstantLR

from antispoof import audio, augment, frontends, losses, models
from antispoof.config import TrainConfig
from antispoof.errors import RunError
from antispoof.registry import Registry
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
    assert matches(expected, CONFIG)  # which computes again
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


def always_last(self, row, weights, *, keep, end_epoch=TrainerState.end_epoch):
    end_epoch(self, row, weights, keep=True)


LOAD, LOGITS = audio.load_mono_16k, partition.compute_logits
SMOOTH = partial(losses.LOSSES["cross_entropy"].factory, label_smoothing=0.1)
SPEAKERS = ("speaker2", "speaker3")
# What is replaced: an attribute, or the factory registered under a name.
CHANGES = [
    (audio, "load_mono_16k", lambda path: 0.5 * LOAD(path)[::-1].copy()),
    (frontends.FRONTENDS, "logmel", LouderFrontend),
    (models.MODELS, "cnn", other_batch_norm),
    (loop, "make_schedule", lambda optimizer, *_: ConstantLR(optimizer, 1.0)),
    (validation, "choose_val_speakers", lambda *_: SPEAKERS),
    (loop, "_class_weights", lambda *_: None),
    (torch.optim, "Adam", torch.optim.NAdam),
    (losses.LOSSES, "cross_entropy", SMOOTH),
    (partition, "compute_logits", lambda *x, **of: LOGITS(*x, **of)[:, ::-1]),
    (TrainerState, "end_epoch", always_last),
    (augment.AUGMENTATIONS, "noise", lambda waveform, _rng: waveform[::-1].copy()),
    (accelerators.MIXED, "bf16", "no"),  # quietly in float32
]
SETTINGS = {"noise": {"augment": ("noise",)}, "bf16": {"precision": "bf16"}}


@pytest.mark.parametrize(("where", "name", "other"), CHANGES)
def test_change_is_noticed(where, name, other, monkeypatch):
    """B5: decoder, split, schedule and class weights could be removed unnoticed."""
    config = replace(CONFIG, **SETTINGS.get(name, {}))
    expected = recorded(config)
    assert config == CONFIG or matches(expected, config)
    if isinstance(where, Registry):
        entry = replace(where[name], factory=other)
        monkeypatch.setitem(where, name, entry)
    elif isinstance(where, dict):
        monkeypatch.setitem(where, name, other)
    else:
        monkeypatch.setattr(where, name, other)
    assert not matches(expected, config)


def test_settings_are_used():
    for settings in (
        {"lr": 2e-3},
        {"weight_decay": 0.5},
        {"class_weights": "none"},
        {"loss": "oc_softmax"},
        {"schedule": "constant"},
        {"warmup_epochs": 1},
        {"grad_clip_norm": 1e-7},
        {"n_val_speakers": 1},
        {"keep_checkpoint": "last"},
    ):
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
def test_tolerance(part, monkeypatch):
    monkeypatch.setattr(regression_check, "compute", recorded)  # always the same

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
