"""Contracts of the models.

1. Parameters: 360 162, 23 505 858, 25 863 618 and 357 186; every one has a gradient.
2. Features of any length in, two logits out; a clip's logits do not depend on the batch
   it is in.
3. ResNet50 is torchvision's: the same names in the same order, but for one channel in
   and two classes out; with the same weights it gives the same outputs.
4. The LSTM reads 13 steps of 2048 features of a clip of 401 frames, in order of time.
5. LCNN takes every front-end's features. Max-feature-map keeps the larger half.
6. Each probe reads its own front-end, and no other.
"""

from functools import cache

import pytest
import torch
from torch import nn

from antispoof import frontends, models
from antispoof.config import TrainConfig
from antispoof.errors import ParameterError
from antispoof.models.lcnn import MaxFeatureMap

COUNTS = {"cnn": 360_162, "resnet": 23_505_858, "resnet_lstm": 25_863_618}
COUNTS["lcnn"] = 357_186


@cache
def built(name):
    """A model that tests only read; building a ResNet takes most of a second."""
    torch.manual_seed(1)
    return models.build(name).eval()


def clips(n, frames=65, seed=2):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, 1, 64, frames, generator=generator)


def fill(model):
    """Random weights and statistics, so that two exchanged layers differ."""
    generator = torch.Generator().manual_seed(3)
    for name, value in model.state_dict().items():
        if "num_batches" in name:
            continue
        noise = torch.randn(value.shape, generator=generator)
        if "running_var" in name or (value.dim() == 1 and "weight" in name):
            value.copy_(1 + 0.2 * noise.abs())
        else:
            value.add_(0.1 * value.abs().mean() * noise)
    return model.eval()


@cache
def torchvision_resnet50():
    """torchvision's ResNet50 for one channel and two classes."""
    from torchvision.models import resnet50  # slow to import

    torch.manual_seed(4)
    model = resnet50(weights=None)
    model.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    model.fc = nn.Linear(2048, 2)
    return fill(model)


# 1


@pytest.mark.parametrize("name", COUNTS)
def test_parameter_count(name):
    assert models.n_parameters(built(name)) == COUNTS[name]


@pytest.mark.parametrize("name", COUNTS)
def test_every_parameter_has_a_gradient(name):
    torch.manual_seed(0)
    model = models.build(name)
    loss = nn.functional.cross_entropy(model(clips(2, 64)), torch.tensor([0, 1]))
    loss.backward()
    assert [n for n, p in model.named_parameters() if not p.grad.any()] == []


# 2


@pytest.mark.parametrize("name", COUNTS)
def test_two_logits(name):
    with torch.inference_mode():
        for frames in (65, 97):
            assert built(name)(clips(1, frames)).shape == (1, 2)
        together = built(name)(clips(2))
        alone = torch.cat([built(name)(clip[None]) for clip in clips(2)])
    assert together.dtype == torch.float32
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


# 3


def test_outputs_are_torchvisions():
    model = models.build("resnet")
    assert list(model.state_dict()) == list(torchvision_resnet50().state_dict())
    model.load_state_dict(torchvision_resnet50().state_dict(), strict=True)
    with torch.inference_mode():
        ours = model.eval()(clips(2))
        theirs = torchvision_resnet50()(clips(2))
    assert (theirs[0] - theirs[1]).abs().max() > 0.01  # the clips matter
    scale = theirs.abs().max().item()
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5 * scale)


# 4


def test_lstm_reads_in_order():
    model = built("resnet_lstm")
    with torch.inference_mode():
        steps = model.sequence(clips(1, 401))
        assert steps.shape == (1, 13, 2048)
        forwards = model.fc(model.lstm(steps)[0][:, -1])
        backwards = model.fc(model.lstm(steps.flip(1))[0][:, -1])
        torch.testing.assert_close(model(clips(1, 401)), forwards)
    assert (forwards - backwards).abs().max() > 1e-4


# 5


@pytest.mark.parametrize("name", sorted({*frontends.FRONTENDS} - {"distilled"}))
def test_lcnn_takes_every_front_end(name):
    shape = frontends.build(name).shape
    with torch.inference_mode():
        assert built("lcnn")(torch.randn(1, *shape)).shape == (1, 2)


def test_max_feature_map():
    x = torch.tensor([1.0, 5.0, 4.0, 2.0]).reshape(1, 4, 1, 1)
    assert MaxFeatureMap()(x).flatten().tolist() == [4.0, 5.0]


# 6


@pytest.mark.parametrize("name", ["probe", "probe_dynamics", "probe_both"])
def test_a_probe_and_its_front_end_fit(name):
    config = TrainConfig.for_model(name)
    module = frontends.build(config.frontend)
    features = module(torch.randn(2, 20_000))
    assert features.shape == (2, *module.shape)
    assert built(name)(features).shape == (2, 2)
    assert built(name).train()(features[:1]).isfinite().all()  # the last batch
    with pytest.raises(
        ParameterError, match=f"{name!r} reads {config.frontend!r} only"
    ):
        TrainConfig(model=name, lr=1e-3, frontend="logmel")
