"""The three models: features in, logits out; they know neither sound nor paths.

Every model maps (batch, 1, n_mels, n_frames) to (batch, 2) logits in the order of
``conventions.LABELS``; a trial's score is the difference of its two logits.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from antispoof.errors import ParameterError
from antispoof.models.cnn import CNN
from antispoof.models.layers import summary
from antispoof.models.resnet import ResNet50
from antispoof.models.resnet_lstm import ResNet50LSTM

MODELS: dict[str, Callable[[], nn.Module]] = {
    "cnn": CNN,
    "resnet": ResNet50,
    "resnet_lstm": ResNet50LSTM,
}
TITLES = {"cnn": "CNN", "resnet": "ResNet50", "resnet_lstm": "ResNet50+LSTM"}

__all__ = [
    "CNN",
    "MODELS",
    "TITLES",
    "ResNet50",
    "ResNet50LSTM",
    "build",
    "count",
    "summary",
]


def build(name: str) -> nn.Module:
    """A freshly initialised model.

    Raises
    ------
    ParameterError
        If there is none of that name.
    """
    if name not in MODELS:
        raise ParameterError(f"unknown model {name!r}; accepted: {', '.join(MODELS)}")
    return MODELS[name]()


def count(model: nn.Module) -> int:
    """Number of trained parameters."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
