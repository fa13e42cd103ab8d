"""Contracts of scoring a partition.

1. A score is the logit of bonafide minus that of spoof: higher is more bona fide.
2. One float32 row per trial in the order of the features, for any number of trials.
3. The model is put into eval mode, and no gradient is kept.
4. TF32 does not affect scores; the settings are restored afterwards.
5. A score that is not finite is a ScoreError that names the first trial.
"""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from antispoof import models
from antispoof.devices import disable_tf32
from antispoof.errors import ScoreError
from antispoof.scoring.partition import BATCH, score_partition
from conftest import assert_refused

CPU = torch.device("cpu")


def model_of(make):
    """A model that makes logits of a clip's features by a function."""
    model = nn.Module()
    model.forward = make
    return model


def mean_as_bonafide(x):
    mean = x.mean((1, 2, 3))
    return torch.stack([torch.full_like(mean, 0.25), mean], dim=1)


@pytest.fixture
def cnn():
    torch.manual_seed(1)
    return models.build("cnn")


# 1 and 2


@pytest.mark.parametrize("n", [0, 1, BATCH, BATCH + 1])
def test_every_trial_in_order(make_features, n):
    features = make_features(n)
    found = score_partition(model_of(mean_as_bonafide), features, device=CPU)
    assert found["utt_id"].tolist() == features.trials["utt_id"].tolist()
    assert found["label"].tolist() == features.trials["label"].tolist()
    assert list(found.columns) == ["utt_id", "attack", "label", "score"]
    assert found["score"].dtype == np.float32
    expected = features.read().mean((1, 2, 3)).numpy() - 0.25
    np.testing.assert_allclose(found["score"], expected, atol=1e-5)


# 3


def test_eval_mode(make_features, cnn):
    cnn.train()
    before = {n: v.clone() for n, v in cnn.state_dict().items()}
    one, two = (score_partition(cnn, make_features(8), device=CPU) for _ in range(2))
    assert not cnn.training
    assert one["score"].tolist() == two["score"].tolist()  # dropout is off
    after = cnn.state_dict()
    assert all(torch.equal(before[n], after[n]) for n in before)
    assert all(p.grad is None for p in cnn.parameters())


# 4


def test_tf32_is_off():
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    try:
        matmul.allow_tf32 = cudnn.allow_tf32 = True
        with pytest.raises(KeyError), disable_tf32():
            assert not matmul.allow_tf32 | cudnn.allow_tf32
            raise KeyError
        assert matmul.allow_tf32 & cudnn.allow_tf32
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = before


# 5


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_diverged(make_features, value):
    features = make_features(9)

    def break_some(x):
        made = mean_as_bonafide(x)
        made[torch.tensor([4, 6]), 1] = value
        return made

    score = partial(score_partition, model_of(break_some), features, device=CPU)
    assert_refused(ScoreError, score, "2 of 9 scores", "train-0-4")
