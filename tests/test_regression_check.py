"""Contracts of the canary.

1. It sings the same every time, whatever was drawn before, and leaves torch's random
   state as it found it.
2. It sings otherwise when the numerics of the front-end, the model, the loop or the
   scoring change, or a setting that steers them, but for PyTorch's own dropout.
3. Rounding does not count; a note that is not finite, and fewer notes, do.
4. It is finite and the same for settings that only say how long to train.
5. What is no song is a RunError.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from antispoof import frontends, models, scoring
from antispoof.config import TrainConfig
from antispoof.errors import RunError
from antispoof.runs import matches, sing

RECIPE = TrainConfig.for_model("cnn")
pytestmark = pytest.mark.usefixtures("small_frontend")


@pytest.fixture(scope="module")
def heard():
    return {}


@pytest.fixture
def song(heard):
    """The song of the code as it is."""
    if not heard:
        heard.update(sing(RECIPE))
    return heard


# 1


def test_same_every_time(song):
    torch.manual_seed(1234)
    before = torch.get_rng_state()
    assert sing(RECIPE) == song
    assert torch.equal(torch.get_rng_state(), before)


# 2


class LouderFrontend(frontends.LogMel):
    def normalize(self, level):
        return 1.01 * super().normalize(level)


def leaky(model):
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 1e-2
    return model


def test_frontend_is_heard(song, monkeypatch):
    monkeypatch.setitem(
        frontends.FRONTENDS, "logmel", lambda: LouderFrontend(n_samples=5_200)
    )
    assert not matches(song, sing(RECIPE))


def test_model_is_heard(song, monkeypatch):
    monkeypatch.setitem(models.MODELS, "cnn", lambda: leaky(models.CNN()))
    assert not matches(song, sing(RECIPE))


@pytest.mark.parametrize("part", ["optimiser", "loss"])
def test_loop_is_heard(song, monkeypatch, part):
    if part == "optimiser":
        monkeypatch.setattr(torch.optim, "Adam", torch.optim.NAdam)
    else:
        loss = torch.nn.CrossEntropyLoss
        monkeypatch.setattr(
            torch.nn,
            "CrossEntropyLoss",
            lambda weight=None: loss(weight=weight, label_smoothing=0.1),
        )
    now = sing(RECIPE)
    assert now["untrained"] == song["untrained"]
    assert not matches(song, now)


def test_scoring_is_heard(song, monkeypatch):
    from antispoof.scoring import partition

    monkeypatch.setattr(partition, "BONAFIDE", 0)
    monkeypatch.setattr(partition, "SPOOF", 1)
    assert not matches(song, sing(RECIPE))
    assert scoring.score is partition.score


@pytest.mark.parametrize(
    "settings",
    [{"lr": 2e-3}, {"weight_decay": 0.5}, {"class_weights": "balanced"}, {"lr": 9e-4}],
)
def test_settings_are_heard(song, settings):
    same = matches(song, sing(replace(RECIPE, **settings)))
    # The canary has as many bona fide clips as spoof ones: balancing them is no change.
    assert same == ("class_weights" in settings)


def test_dropout_is_the_same_in_all_versions(song, monkeypatch):
    def pytorchs(x, p, training, inplace):
        assert not training, "its masks differ between versions"
        return x

    monkeypatch.setattr("torch.nn.functional.dropout", pytorchs)
    assert sing(RECIPE) == song


# 3


def changed(song, part, change):
    return {**song, part: change(np.array(song[part])).tolist()}


def test_rounding_does_not_count(song):
    for part in song:
        assert matches(song, changed(song, part, lambda x: x * (1 + 1e-4)))
        assert not matches(song, changed(song, part, lambda x: x * 1.1))
        assert not matches(song, changed(song, part, lambda x: x[:-1]))
        assert not matches(song, changed(song, part, lambda x: x * np.nan))


# 4


def test_length_of_training_does_not_count(song):
    longer = replace(RECIPE, epochs=99, batch_size=3, patience=4, schedule="cosine")
    assert sing(longer) == song
    assert np.isfinite(song["untrained"] + song["trained"]).all()
    assert len(song["trained"]) > len(song["untrained"]) > 1


# 5


@pytest.mark.parametrize("no_song", [{}, {"trained": [1.0]}, {"high": [], "low": []}])
def test_no_song(song, no_song):
    with pytest.raises(RunError, match="untrained, trained"):
        matches(no_song, song)
