"""Contracts of the losses.

1. The formulas of the papers on an embedding and directions of length 5, 1 and 2, with
   numbers worked by hand; class weights. The score of OC-Softmax counts from 0.55,
   midway between its margins.
2. Every loss reaches every parameter of every model, whose outputs are (n, 2).
3. A model whose last linear layer does not give the outputs is refused by name.
4. A run with any loss is trained, stored, loaded and made a detector; scores are alike.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn

from antispoof import frontends, models
from antispoof.calibration import Calibration
from antispoof.errors import ParameterError
from antispoof.frontends import load_features
from antispoof.inference.detector import Detector
from antispoof.losses import LOSSES, set_head
from antispoof.runs import Run
from antispoof.scoring.partition import score_partition
from conftest import train

EMBEDDING = torch.tensor([[3.0, 4.0]])  # of length 5: (0.6, 0.8)
# Rows: directions. Cosines with the embedding: 0.6 and 0.8; 0.8.
DIRECTIONS = {"am_softmax": [[1.0, 0.0], [0.0, 2.0]], "oc_softmax": [[0.0, 2.0]]}
# 20 * 0.6 and 20 * 0.8; half of 20 * (0.8 - 0.55), with both signs.
OUTPUTS = {"am_softmax": [12.0, 16.0], "oc_softmax": [-2.5, 2.5]}
BY_HAND = {  # loss of a spoof, of a bona fide clip
    "cross_entropy": (1.3862944, 0.2876821),  # -log 1/4, -log 3/4
    # log(1 + exp 20 (0.8 - (0.6 - 0.9))), log(1 + exp 20 (0.6 - (0.8 - 0.9)))
    "am_softmax": (22.0, 14.0000008),
    # log(1 + exp 20 (0.8 - 0.2)), log(1 + exp 20 (0.9 - 0.8))
    "oc_softmax": (12.0000061, 2.1269280),
}


def head(name):
    (layer,) = set_head(nn.Sequential(nn.Linear(2, 2)), name)
    layer.weight.data = torch.tensor(DIRECTIONS[name])
    return layer


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


# 2


@pytest.mark.parametrize("loss", LOSSES)
def test_every_parameter_has_a_gradient(loss):
    torch.manual_seed(0)
    for name in models.MODELS:
        with torch.device("cpu" if name == "cnn" else "meta"):
            model = models.build(name, loss).eval()
            only = models.MODELS[name].info["frontend"]
            shape = frontends.FRONTENDS[only].factory.shape if only else (1, 64, 64)
            outputs = model(torch.randn(4, *shape))
            labels = torch.arange(4) % 2
        assert outputs.shape == (4, 2)
        LOSSES[loss].factory()(outputs, labels).backward()
        gradients = {n: p.grad for n, p in model.named_parameters()}
        assert None not in gradients.values()
        if name == "cnn":
            assert all(value.any() for value in gradients.values())


# 3


@pytest.mark.parametrize("last", [nn.Linear(3, 5), nn.Conv1d(3, 2, 1)])
def test_no_layer_to_replace(last):
    model = nn.Sequential(last)
    assert set_head(model, "cross_entropy")[0] is last
    with pytest.raises(ParameterError, match=r"'oc_softmax' replaces .* Sequential"):
        set_head(model, "oc_softmax")


# 4


@pytest.mark.usefixtures("small_frontend")
@pytest.mark.parametrize("loss", LOSSES)
def test_from_training_to_detector(loss, small_corpus, tmp_path, monkeypatch):
    # On noise a fit may find that higher scores are less bona fide.
    fitted = Calibration(slope=1.0, intercept=0.0, n_bonafide=1, n_spoof=2)
    monkeypatch.setattr(Calibration, "fit", lambda *_, **__: fitted)
    (run,) = train(small_corpus, tmp_path, loss=loss)
    run = Run.open(run.path)
    Detector.from_run(run).save(tmp_path / "detector")
    features = load_features(small_corpus, "dev", cache_dir=tmp_path / "cache")
    for model in (run.model(), Detector.load(tmp_path / "detector").model):
        scores = score_partition(model, features)["score"]
        np.testing.assert_allclose(scores, run.scores("dev")["score"], atol=1e-4)
