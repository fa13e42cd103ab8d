"""Contracts of the configuration.

1. The defaults are the thesis pipeline: 20 epochs of batches of 64, Adam at 1e-3 for
   the CNN and 1e-4 for both ResNets, plain cross entropy, no augmentation.
2. The hash is one of all values: the same in any order and spelling, another one for
   any other value, given or default.
3. An unknown setting or model, and a value of the wrong type or range, is a
   ParameterError that lists what is accepted, however annotations are evaluated.
4. A profile's settings override the defaults, arguments override those; None keeps.
5. What `to_dict` writes, `from_dict` reads.
"""

import sys
import types
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from antispoof import config as module
from antispoof.config import TrainConfig
from antispoof.errors import ParameterError

# 1


@pytest.mark.parametrize(
    ("model", "lr"), [("cnn", 1e-3), ("resnet", 1e-4), ("resnet_lstm", 1e-4)]
)
def test_defaults(model, lr):
    settings = TrainConfig.for_model(model).to_dict()
    thesis = {"model": model, "lr": lr, "frontend": "logmel", "augment": []}
    thesis |= {"epochs": 20, "batch_size": 64, "weight_decay": 0.0}
    thesis |= {"schedule": "constant", "warmup_epochs": 0, "grad_clip_norm": 0.0}
    thesis |= {"class_weights": "none", "precision": "fp32", "patience": 0}
    assert {**settings, **thesis} == settings


# 2


def test_hash_is_of_values():
    one = TrainConfig.for_model("cnn", epochs=3, weight_decay=1.0, augment="noise")
    two = TrainConfig.for_model("cnn", augment=["noise"], weight_decay=1, epochs=3)
    assert one == two
    assert one.config_hash == two.config_hash
    assert len(one.config_hash) == 8
    assert int(one.config_hash, 16) >= 0
    assert hash(one) == hash(two)  # the regression check is cached by configuration


def test_every_setting_counts():
    default = TrainConfig.for_model("cnn").to_dict()
    hashes = {TrainConfig(**default).config_hash}
    for field in fields(TrainConfig):
        value, choices = default[field.name], field.metadata["choices"]
        if choices is None:
            other = value / 2 + 0.1 if isinstance(value, float) else value + 1
        else:
            other = [name for name in choices if name != value][-1:]
            other = other if field.name == "augment" else "".join(other)
        hashes.add(TrainConfig(**{**default, field.name: other}).config_hash)
    assert len(hashes) == 1 + len(fields(TrainConfig))


def execute(source):
    """The configuration class of changed source code."""
    changed = types.ModuleType("changed_config")
    sys.modules["changed_config"] = changed
    try:
        exec(compile(source, "changed_config.py", "exec"), changed.__dict__)
    finally:
        del sys.modules["changed_config"]
    return changed.TrainConfig


SOURCE = Path(module.__file__).read_text("utf-8")


def test_changed_default_is_another_configuration():
    """B2: the hash left out values that were equal to the defaults."""
    line = '_setting(20, text="Passes over the training clips.", positive=True)'
    assert line in SOURCE
    changed = execute(SOURCE.replace(line, line.replace("20", "30")))
    before, after = TrainConfig.for_model("cnn"), changed.for_model("cnn")
    assert after.epochs == 30
    assert after.config_hash != before.config_hash
    assert changed.for_model("cnn", epochs=20).config_hash == before.config_hash


def test_added_setting_leaves_hashes_alone():
    """A folder of runs is found again by a version that has one setting more."""
    line = "    precision: str = _setting("
    assert line in SOURCE
    new = '    order: str = _setting("as_is", text="New.", before="as_is")\n'
    changed = execute(SOURCE.replace(line, new + line))
    old, same = (one.for_model("cnn").config_hash for one in (TrainConfig, changed))
    assert old == same != changed.for_model("cnn", order="reversed").config_hash


# 3


def test_refused():
    for settings, message in (
        ({"epoch": 3}, "unknown setting 'epoch'; accepted: .*epochs"),
        ({"model": "resnet"}, "unknown setting 'model'"),
        ({"epochs": 0}, "epochs=0 must be finite and positive"),
        ({"epochs": 2.5}, "epochs=2.5 must be a whole number"),
        ({"epochs": True}, "epochs=True must be a whole number"),
        ({"lr": float("nan")}, "lr=nan must be finite"),
        ({"lr": 0}, "lr=0 must be finite and positive"),
        ({"lr": 10**400}, "lr=10000.* must be finite"),
        ({"weight_decay": -0.1}, "weight_decay=-0.1"),
        ({"warmup_epochs": 3, "epochs": 3}, "warmup_epochs=3 must be less .*epochs=3"),
        ({"schedule": "linear"}, "'linear'; accepted: constant, cosine"),
        ({"keep_checkpoint": "last", "patience": 2}, "patience=2 needs .*'best'"),
        ({"frontend": "mfcc"}, "'mfcc'; accepted: .*logmel"),
        ({"frontend": ["logmel"]}, r"\['logmel'\]; accepted: .*logmel"),
        ({"augment": ["echo"]}, "'echo'; accepted: .*noise"),
        ({"augment": [["noise"]]}, r"\['noise'\]; accepted"),
        ({"augment_probability": 1.5}, "augment_probability=1.5 must be at most 1"),
    ):
        with pytest.raises(ParameterError, match=message) as caught:
            TrainConfig.for_model("cnn", **settings)
        assert "\n" not in str(caught.value)


def test_numbers_are_checked_without_the_future_import():
    """B17: numbers were checked only where annotations were text."""
    source = SOURCE.replace("from __future__ import annotations\n", "")
    changed = execute(source.replace("-> TrainConfig:", '-> "TrainConfig":'))
    for settings in ({"epochs": 2.5}, {"lr": "1e-3"}, {"epochs": True}):
        with pytest.raises(ParameterError, match="must be a"):
            changed.for_model("cnn", **settings)


# 4

PROFILE = {"cnn": {"epochs": 15, "batch_size": 16}, "resnet": {"epochs": 3}}


def test_profile():
    config = TrainConfig.from_profile("cnn", PROFILE, epochs=2, lr=None)
    assert config == TrainConfig.for_model("cnn", epochs=2, batch_size=16)
    for model, settings in (("resnet", {"epochs": 3}), ("resnet_lstm", {})):
        expected = TrainConfig.for_model(model, **settings)
        assert TrainConfig.from_profile(model, PROFILE) == expected


def test_bad_profiles():
    for settings, message in (
        ({"rnn": {"epochs": 3}}, "unknown model 'rnn'; accepted: cnn"),
        ({"resnet": 3}, "settings are 3"),
        (None, "settings are None; accepted"),
        ({"resnet": {"epoch": 3}}, "unknown setting 'epoch'"),
    ):
        with pytest.raises(ParameterError, match=message):
            TrainConfig.from_profile("cnn", settings)
    with pytest.raises(ParameterError, match=r"unknown model .*; accepted: cnn"):
        TrainConfig.for_model(["cnn"])


# 5


def test_round_trip():
    settings = {"lr": np.float64(0.5), "augment": ["noise", "codec"]}
    config = TrainConfig.for_model("cnn", epochs=3, **settings)
    assert TrainConfig.from_dict(config.to_dict()) == config
    assert config.to_dict()["lr"] == 0.5
    with pytest.raises(ParameterError, match="unknown setting 'colour'; accepted: lr"):
        TrainConfig.from_dict({**config.to_dict(), "colour": "red"})
