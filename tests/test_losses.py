"""Contracts of the losses.

1. Numbers worked by hand; the formulas of the papers, written out, on random clips.
2. Every loss reaches every parameter of every model. Outputs are (n, 2); for OC-Softmax
   their difference is 0 midway between the two margins.
3. A model whose last linear layer does not give the outputs is refused by name.
4. A run with a margin is trained, stored, loaded and made a detector, and scores alike.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn

from antispoof import models
from antispoof.calibration import Calibration
from antispoof.config import TrainConfig
from antispoof.errors import ParameterError
from antispoof.frontends import load_features
from antispoof.inference.detector import Detector
from antispoof.losses import LOSSES, set_head
from antispoof.runs import Run, train_or_load
from antispoof.scoring.partition import score_partition

EMBEDDING = torch.tensor([[3.0, 4.0]])  # of length 5: (0.6, 0.8)
# Rows: directions. Cosines with the embedding: 0.6 and 0.8; 0.8.
DIRECTIONS = {"am_softmax": [[1.0, 0.0], [0.0, 2.0]], "oc_softmax": [[0.0, 2.0]]}
OUTPUTS = {"am_softmax": [12.0, 16.0], "oc_softmax": [-2.5, 2.5]}
BY_HAND = {  # loss of a spoof, of a bona fide clip
    "cross_entropy": (math.log(4), math.log(4 / 3)),
    "am_softmax": (math.log1p(math.exp(16 - 12 + 18)), math.log1p(math.exp(-4 + 18))),
    "oc_softmax": (math.log1p(math.exp(12)), math.log1p(math.exp(2))),
}


def head(name, n_in=2):
    model = set_head(nn.Sequential(nn.Identity(), nn.Linear(n_in, 2)), name)
    if n_in == 2:
        model[1].weight.data = torch.tensor(DIRECTIONS[name])
    return model[1]


# 1


@pytest.mark.parametrize("name", LOSSES)
def test_by_hand(name):
    outputs = torch.tensor([[0.0, math.log(3)]])
    if name != "cross_entropy":
        outputs = head(name)(EMBEDDING)
        assert outputs[0].tolist() == pytest.approx(OUTPUTS[name])
    for label, expected in enumerate(BY_HAND[name]):
        found = LOSSES[name].factory()(outputs, torch.tensor([label])).item()
        assert found == pytest.approx(expected)
    both = LOSSES[name].factory(weight=torch.tensor([1.0, 3.0]))
    spoof, bonafide = BY_HAND[name]
    weighted = both(outputs.expand(2, 2), torch.tensor([0, 1])).item()
    assert weighted == pytest.approx((spoof + 3 * bonafide) / 4)


@pytest.mark.parametrize("name", DIRECTIONS)
def test_formula_of_the_paper(name):
    rng = np.random.default_rng(3)
    x, labels = rng.standard_normal((50, 7)), rng.integers(0, 2, 50)
    layer = head(name, 7).double()
    w = layer.weight.detach().numpy()
    lengths = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(w, axis=1)
    cosines = x @ w.T / lengths
    if name == "am_softmax":
        true, other = cosines[range(50), labels], cosines[range(50), 1 - labels]
        above = np.exp(20 * (true - 0.9))
        expected = -np.log(above / (above + np.exp(20 * other)))
    else:
        exponent = np.where(labels, 0.9 - cosines[:, 0], cosines[:, 0] - 0.2)
        expected = np.log(1 + np.exp(20 * exponent))
    found = LOSSES[name].factory()(layer(torch.tensor(x)), torch.tensor(labels))
    assert found.item() == pytest.approx(expected.mean(), rel=1e-9)


# 2


@pytest.mark.parametrize("loss", LOSSES)
def test_every_parameter_has_a_gradient(loss):
    torch.manual_seed(0)
    for name in models.MODELS:
        with torch.device("cpu" if name == "cnn" else "meta"):
            model = models.build(name, loss).eval()
            outputs = model(torch.randn(4, 1, 64, 64))
            labels = torch.tensor([0, 1, 0, 1])
        assert outputs.shape == (4, 2)
        LOSSES[loss].factory()(outputs, labels).backward()
        gradients = {n: p.grad for n, p in model.named_parameters()}
        assert None not in gradients.values()
        if name == "cnn":
            assert all(value.any() for value in gradients.values())


def test_zero_is_midway_between_the_margins():
    layer = head("oc_softmax")
    angle = math.acos((0.9 + 0.2) / 2)
    clip = torch.tensor([[math.sin(angle), math.cos(angle)]])
    score = layer(clip).diff().item()
    assert score == pytest.approx(0, abs=1e-5)
    assert layer(clip + torch.tensor([0.0, 0.1])).diff() > 0  # nearer: more bona fide


# 3


@pytest.mark.parametrize("last", [nn.Linear(3, 5), nn.Conv1d(3, 2, 1)])
def test_no_layer_to_replace(last):
    model = nn.Sequential(last)
    assert set_head(model, "cross_entropy")[0] is last
    with pytest.raises(ParameterError, match=r"'oc_softmax' replaces .* Sequential"):
        set_head(model, "oc_softmax")


# 4


@pytest.mark.usefixtures("small_frontend")
@pytest.mark.parametrize("loss", DIRECTIONS)
def test_from_training_to_detector(loss, small_corpus, tmp_path, monkeypatch):
    # On noise a fit may find that higher scores are less bona fide.
    fitted = Calibration(slope=1.0, intercept=0.0, n_bonafide=1, n_spoof=2)
    monkeypatch.setattr(Calibration, "fit", lambda *_, **__: fitted)
    config = TrainConfig.for_model("cnn", epochs=1, batch_size=8, loss=loss)
    assert config.config_hash != TrainConfig.for_model("cnn", epochs=1).config_hash
    folders = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "cache"}
    (run,) = train_or_load(config, small_corpus, [0], references=None, **folders)
    run = Run.open(run.path)
    Detector.from_run(run).save(tmp_path / "detector")
    features = load_features(small_corpus, "dev", cache_dir=folders["cache_dir"])
    for model in (run.model(), Detector.load(tmp_path / "detector").model):
        scores = score_partition(model, features)["score"]
        np.testing.assert_allclose(scores, run.scores("dev")["score"], atol=1e-4)
