"""Contracts of the models.

1. Parameters: 360 162, 23 505 858 and 25 863 618, every one of which learns.
2. Features of any length in, two logits out; a clip's logits do not depend on the batch
   it is in.
3. ResNet50 is torchvision's: the same names in the same order, but for one channel in
   and two classes out; with the same weights it gives the same outputs.
4. ImageNet weights load into both ResNets, what is left out is said, and anything that
   is no ResNet50 is refused and changes nothing.
5. The LSTM reads 13 steps of 2048 features of a clip of 401 frames, in order of time.
6. The layer table lists layers in order of use and sums to the model.
7. An unknown model is a ParameterError that names the accepted ones.
"""

from functools import cache

import pytest
import torch
import torchvision
from torch import nn

from antispoof import models
from antispoof.errors import ParameterError

COUNTS = {"cnn": 360_162, "resnet": 23_505_858, "resnet_lstm": 25_863_618}
SHAPE = (1, 64, 65)


@cache
def built(name):
    """A model to look at; making a ResNet takes most of a second."""
    torch.manual_seed(1)
    return models.build(name).eval()


def clips(n, frames=65, seed=2):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, 1, 64, frames, generator=generator)


def fill(model):
    """Random weights and statistics throughout, so that no mix-up goes unseen."""
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
def imagenet():
    """torchvision's ResNet50 for colour pictures and 1000 classes."""
    return fill(torchvision.models.resnet50(weights=None))


@cache
def counterpart():
    """torchvision's ResNet50 for one channel and two classes."""
    torch.manual_seed(4)
    model = torchvision.models.resnet50(weights=None)
    model.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    model.fc = nn.Linear(2048, 2)
    return fill(model)


# 1


@pytest.mark.parametrize("name", COUNTS)
def test_parameter_count(name):
    assert models.n_parameters(built(name)) == COUNTS[name]
    assert sum(p.numel() for p in built(name).parameters()) == COUNTS[name]


@pytest.mark.parametrize("name", COUNTS)
def test_all_of_it_learns(name):
    torch.manual_seed(0)
    model = models.build(name)
    loss = nn.functional.cross_entropy(model(clips(2, 64)), torch.tensor([0, 1]))
    loss.backward()
    still = [n for n, p in model.named_parameters() if not p.grad.any()]
    assert still == []


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


def test_initial_weights_come_from_the_seed():
    def weights(seed):
        torch.manual_seed(seed)
        return torch.cat([p.flatten() for p in models.build("cnn").parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


# 3


def test_names_are_torchvisions():
    ours, theirs = built("resnet").state_dict(), imagenet().state_dict()
    assert list(ours) == list(theirs)
    differing = [name for name in ours if ours[name].shape != theirs[name].shape]
    assert differing == ["conv1.weight", "fc.weight", "fc.bias"]


def test_outputs_are_torchvisions():
    model = models.build("resnet")
    model.load_state_dict(counterpart().state_dict(), strict=True)
    with torch.inference_mode():
        ours = model.eval()(clips(2))
        theirs = counterpart()(clips(2))
    assert (theirs[0] - theirs[1]).abs().max() > 0.01  # the clips matter
    scale = theirs.abs().max().item()
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5 * scale)


# 4


@pytest.mark.parametrize("name", ["resnet", "resnet_lstm"])
def test_imagenet_weights(name):
    torch.manual_seed(5)
    model = models.build(name)
    own = {n: v.clone() for n, v in model.state_dict().items()}
    state = imagenet().state_dict()
    assert model.load_imagenet(state) == ["fc.bias", "fc.weight"]
    loaded = model.state_dict()
    for tensor, value in loaded.items():
        if tensor.startswith(("fc.", "lstm.")):
            assert torch.equal(value, own[tensor]), tensor
        elif tensor != "conv1.weight":
            assert torch.equal(value, state[tensor]), tensor
    # A grey picture gets the response that it had in colour.
    grey = clips(1)
    with torch.inference_mode():
        ours = model.conv1(grey)
        theirs = imagenet().conv1(grey.expand(-1, 3, -1, -1))
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_imagenet_weights_of_old():
    """Files from before torch counted batches."""
    state = imagenet().state_dict()
    old = {n: v for n, v in state.items() if not n.endswith("num_batches_tracked")}
    model = models.build("resnet")
    assert model.load_imagenet(old) == ["fc.bias", "fc.weight"]
    assert torch.equal(model.layer4[2].bn3.weight, state["layer4.2.bn3.weight"])


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda state: state.pop("layer3.4.bn2.weight"), "layer3.4.bn2.weight"),
        (lambda state: state.pop("conv1.weight"), "conv1.weight"),
        (lambda state: state.clear(), "not a ResNet50"),
        (
            lambda state: state.update({"layer1.0.conv1.weight": torch.zeros(3)}),
            r"layer1.0.conv1.weight' is \(3,\), not \(64, 64, 1, 1\)",
        ),
        (
            lambda state: state.update({"conv1.weight": torch.zeros(64)}),
            r"conv1.weight' is \(64,\)",
        ),
    ],
)
def test_no_resnet50(harm, told):
    state = dict(imagenet().state_dict())
    harm(state)
    before = {n: v.clone() for n, v in built("resnet").state_dict().items()}
    with pytest.raises(ParameterError, match=told):
        built("resnet").load_imagenet(state)
    after = built("resnet").state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


# 5


def test_lstm_reads_13_steps():
    with torch.inference_mode():
        assert built("resnet_lstm").sequence(clips(1, 401)).shape == (1, 13, 2048)


def test_lstm_reads_in_order():
    model = built("resnet_lstm")
    with torch.inference_mode():
        steps = model.sequence(clips(1, 129))
        forwards = model.fc(model.lstm(steps)[0][:, -1])
        backwards = model.fc(model.lstm(steps.flip(1))[0][:, -1])
        torch.testing.assert_close(model(clips(1, 129)), forwards)
    assert (forwards - backwards).abs().max() > 1e-4


# 6


@pytest.mark.parametrize("name", COUNTS)
def test_layer_table(name):
    model = built(name)
    table = models.summary(model, SHAPE)
    assert list(table.columns) == ["layer", "kind", "output", "parameters"]
    assert table["parameters"].sum() == COUNTS[name]
    assert table["layer"].is_unique
    assert table["output"].iloc[-1] == "2"
    assert not model.training


def test_layer_table_of_the_cnn():
    table = models.summary(built("cnn"), (1, 64, 401)).set_index("layer")
    assert table["output"]["blocks.0.0"] == "16 × 64 × 401"
    assert table["output"]["blocks.3.3"] == "128 × 4 × 25"
    assert table["output"]["pool"] == "128 × 4 × 4"
    assert table["parameters"]["classifier.1"] == 2048 * 128 + 128


def test_layer_table_of_the_resnet():
    table = models.summary(built("resnet"), (1, 64, 401)).set_index("layer")
    stages = table[table["kind"].str.contains("bottlenecks")]
    assert stages["kind"].tolist() == [f"{n} bottlenecks" for n in (3, 4, 6, 3)]
    assert stages["output"].tolist() == [
        "256 × 16 × 101",
        "512 × 8 × 51",
        "1024 × 4 × 26",
        "2048 × 2 × 13",
    ]


# 7


def test_unknown_model():
    with pytest.raises(ParameterError, match="'rnn'; accepted: cnn, resnet, resnet_l"):
        models.build("rnn")


def test_every_model_has_a_title():
    assert list(models.TITLES) == list(models.MODELS) == list(COUNTS)
