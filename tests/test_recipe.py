"""Contracts of configs.

1. The defaults are the thesis pipeline: 20 epochs of batches of 64, Adam at 1e-3 for
   the CNN and 1e-4 for both ResNets, plain cross entropy.
2. The id stands for the settings: the same in any order and spelling, another one for
   any other value.
3. An unknown setting or model, and a value of the wrong type or range, is a
   ParameterError that names what is accepted.
4. A profile's settings go before the defaults, what is given by hand before those; None
   keeps.
"""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from antispoof import hashing
from antispoof.config import TrainConfig
from antispoof.errors import ParameterError

# 1


@pytest.mark.parametrize(
    ("model", "lr"), [("cnn", 1e-3), ("resnet", 1e-4), ("resnet_lstm", 1e-4)]
)
def test_defaults(model, lr):
    assert TrainConfig.for_model(model).to_dict() == {
        "model": model,
        "lr": lr,
        "frontend": "logmel",
        "epochs": 20,
        "batch_size": 64,
        "weight_decay": 0.0,
        "schedule": "constant",
        "warmup_epochs": 0,
        "grad_clip_norm": 0.0,
        "class_weights": "none",
        "precision": "fp32",
        "checkpoint": "best",
        "n_val_speakers": 2,
        "patience": 0,
    }


def test_frozen():
    with pytest.raises(FrozenInstanceError):
        TrainConfig.for_model("cnn").epochs = 3


# 2


def test_id_is_of_values():
    one = TrainConfig.for_model("cnn", epochs=3, schedule="cosine", lr=1.0)
    assert one.id == TrainConfig.for_model("cnn", schedule="cosine", lr=1, epochs=3).id
    assert one == TrainConfig(**dict(reversed(one.to_dict().items())))
    assert len(one.id) == 8
    assert int(one.id, 16) >= 0


def test_whole_number_for_a_float():
    assert (
        TrainConfig.for_model("cnn", weight_decay=0).id
        == TrainConfig.for_model("cnn").id
    )


def test_defaults_do_not_count():
    """A setting that is added one day, with today's behaviour, orphans no run."""
    given = {"model": "cnn", "lr": 0.001}
    assert TrainConfig.for_model("cnn").id == hashing.hash_json(given)[:8]
    given |= {"epochs": 3}
    assert TrainConfig.for_model("cnn", epochs=3).id == hashing.hash_json(given)[:8]


def test_every_setting_counts():
    others = {
        "model": "resnet",
        "lr": 2e-3,
        "epochs": 21,
        "batch_size": 65,
        "weight_decay": 0.1,
        "schedule": "cosine",
        "warmup_epochs": 1,
        "grad_clip_norm": 1.0,
        "class_weights": "balanced",
        "precision": "bf16",
        "checkpoint": "last",
        "n_val_speakers": 3,
        "patience": 1,
    }
    default = TrainConfig.for_model("cnn").to_dict()
    assert {field.name for field in fields(TrainConfig)} == {*others, "frontend"}
    ids = {TrainConfig(**{**default, name: value}).id for name, value in others.items()}
    assert len(ids | {TrainConfig.for_model("cnn").id}) == len(others) + 1


# 3


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"epoch": 3}, "unknown setting 'epoch'; accepted: .*epochs"),
        ({"optimizer": "sgd"}, "unknown setting 'optimizer'"),
        ({"model": "resnet"}, "unknown setting 'model'"),
        ({"epochs": 0}, "epochs=0 must be positive"),
        ({"epochs": -1}, "epochs=-1 must be finite and not negative"),
        ({"epochs": 2.5}, "epochs=2.5 must be a whole number"),
        ({"epochs": "3"}, "epochs='3' must be a whole number"),
        ({"epochs": True}, "epochs=True must be a whole number"),
        ({"batch_size": 0}, "batch_size=0 must be positive"),
        ({"n_val_speakers": 0}, "n_val_speakers=0 must be positive"),
        ({"lr": float("nan")}, "lr=nan must be finite"),
        ({"lr": float("inf")}, "lr=inf must be finite"),
        ({"lr": 0}, "lr=0.* must be positive"),
        ({"lr": 10**400}, "lr=10000.* must be finite"),
        ({"epochs": 10**400}, "epochs=10000.* must be finite"),
        ({"epochs": 10**5_000}, "epochs=<too long to be shown> must be finite"),
        ({"schedule": 10**5_000}, "schedule=<too long to be shown>; accepted"),
        ({"lr": "1e-3"}, "lr='1e-3' must be a number"),
        ({"lr": False}, "lr=False must be a number"),
        ({"weight_decay": -0.1}, "weight_decay=-0.1"),
        ({"grad_clip_norm": float("nan")}, "grad_clip_norm=nan"),
        ({"patience": -1}, "patience=-1"),
        ({"warmup_epochs": 3, "epochs": 3}, "warmup_epochs=3 must be less .*epochs=3"),
        ({"schedule": "linear"}, "'linear'; accepted: constant, cosine"),
        ({"class_weights": "auto"}, "'auto'; accepted: none, balanced"),
        ({"precision": "fp8"}, "'fp8'; accepted: fp32, bf16, fp16"),
        ({"checkpoint": "best-eval"}, "'best-eval'; accepted: best, last"),
        ({"checkpoint": "last", "patience": 2}, "patience=2 waits .*'best' only"),
        ({"frontend": "mfcc"}, "'mfcc'; accepted: logmel"),
        ({"schedule": 3}, "schedule=3; accepted"),
    ],
)
def test_refused(settings, told):
    with pytest.raises(ParameterError, match=told) as caught:
        TrainConfig.for_model("cnn", **settings)
    assert "\n" not in str(caught.value)


def test_unknown_model():
    with pytest.raises(ParameterError, match="'rnn'; accepted: cnn, resnet, resnet_ls"):
        TrainConfig.for_model("rnn")


# 4

PLAN = {"cnn": {"epochs": 15, "batch_size": 16}, "resnet": {"epochs": 3}}


def test_planned():
    config = TrainConfig.from_profile("cnn", PLAN, epochs=2, lr=None)
    assert config == TrainConfig.for_model("cnn", epochs=2, batch_size=16)
    assert TrainConfig.from_profile("resnet", PLAN) == TrainConfig.for_model(
        "resnet", epochs=3
    )
    assert TrainConfig.from_profile("resnet_lstm", PLAN) == TrainConfig.for_model(
        "resnet_lstm"
    )
    assert TrainConfig.from_profile("cnn", {}) == TrainConfig.for_model(
        "cnn", patience=None
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"rnn": {"epochs": 3}}, "unknown model 'rnn'; accepted: cnn"),
        ({"resnet": 3}, "settings for resnet are 3"),
        ({"cnn": None}, "settings for cnn are None"),
        (None, "settings are None; accepted"),
        (["cnn"], "accepted: model -> setting -> value"),
        ({"cnn": {"epoch": 3}}, "unknown setting 'epoch'"),
        ({"cnn": {"model": "resnet"}}, "unknown setting 'model'"),
        ({"cnn": {3: 4}}, "unknown setting 3"),
        ({"resnet": {"epoch": 3}}, "unknown setting 'epoch'"),
        ({"cnn": 10**5_000}, "settings for cnn are <too long to be shown>"),
    ],
)
def test_bad_plans(settings, told):
    with pytest.raises(ParameterError, match=told):
        TrainConfig.from_profile("cnn", settings)


def test_numbers_of_numpy():
    assert TrainConfig.for_model("cnn", lr=np.float64(0.5)).to_dict()["lr"] == 0.5
