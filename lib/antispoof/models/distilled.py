"""A network that begins as the lower layers of one distilled from XLS-R.

DistillMOS (Stahl and Gamper, "Distillation and pruning for scalable self-supervised
representation-based speech quality assessment", ICASSP 2025; weights under the MIT
licence in the package ``distillmos``) learned from a self-supervised model of 300
million parameters to judge the quality of speech in many languages and conditions. Its
convolutions and its first transformer layers are kept, its attention over time as well;
the last layer is new, and all of it is trained.
"""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from antispoof.errors import ParameterError
from antispoof.models.registry import register_model

# Channels of the convolutions 3 x 3, and by what they divide rows and frames.
LAYERS = ((64, 1, 1), (64, 2, 1), (128, 2, 1), (256, 2, 1), (256, 2, 1), (256, 2, 2))
N_ROWS = 161  # of the real, and of the imaginary part
ROWS_LEFT = 4  # after the convolutions
WIDTH, N_HEADS, N_STEPS = 200, 8, 384  # of the transformer; longest sequence
N_LAYERS = 3  # of its seven


class AttentionPool(nn.Module):
    """Mean over time with learned weights: (batch, n_steps, n) -> (batch, n)."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(n, 2 * n), nn.Linear(2 * n, 1)

    def forward(self, x: Tensor) -> Tensor:
        """The weights of all steps add up to 1."""
        weights = self.linear2(torch.relu(self.linear1(x))).softmax(1)
        return (weights * x).sum(1)


def load_start(model: nn.Module) -> None:
    """Give a fresh model the weights of the package ``distillmos``.

    Raises
    ------
    ParameterError
        If the package is not installed.
    """
    package = find_spec("distillmos")
    if package is None or package.origin is None:
        raise ParameterError(
            "model='distilled' starts from the weights of a package that is not"
            " installed: pip install --no-deps distillmos"
        )
    (path,) = Path(package.origin).parent.glob("weights/*.pt")
    found = torch.load(path, map_location="cpu", weights_only=True)["model"]
    head, first = "transformer_pool_attn.", "transformer_pool_attn.norm_input."
    second = f"{head}transformer.norm."
    # Two batch normalisations follow one another there; one does the same.
    scale = found[second + "weight"] / (found[second + "running_var"] + 1e-5).sqrt()
    shift = found[first + "bias"] - found[second + "running_mean"]
    found[first + "bias"] = shift * scale + found[second + "bias"]
    found[first + "weight"] = found[first + "weight"] * scale
    names = {
        "convolutions.": "cnn.cnn.",
        "norm_in.": first,
        "project.": f"{head}transformer.linear_proj.",
        "encoder.": f"{head}transformer.transformer_encoder.",
        "norm_out.": f"{head}norm_trans.",
        "pool.": f"{head}pool.",
    }
    state = model.state_dict()
    for name, start in names.items():
        for own in state:
            if own.startswith(name):
                state[own] = found[start + own.removeprefix(name)]
    model.load_state_dict(state)


@register_model(
    "distilled", title="Distilled", lr=1e-4, frontend="complex", start=load_start
)
class Distilled(nn.Module):
    """(batch, 1, 322, n_frames) -> (batch, 2) logits, of the front-end ``complex``.

    At most 768 frames.
    """

    def __init__(self, n_layers: int = N_LAYERS) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = (2, *(width for width, _, _ in LAYERS))
        for n_in, (n_out, rows, frames) in zip(widths, LAYERS, strict=False):
            stride = {"stride": (rows, frames), "padding": (0, 1)}
            layers += [nn.Conv2d(n_in, n_out, 3, **stride), nn.LeakyReLU(0.1)]
        self.convolutions = nn.Sequential(*layers)
        n = LAYERS[-1][0] * ROWS_LEFT
        self.norm_in, self.project = nn.BatchNorm1d(n), nn.Linear(n, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, N_HEADS, 2 * WIDTH, batch_first=True)
        self.encoder = nn.TransformerEncoder(
            layer, n_layers, enable_nested_tensor=False
        )
        for one in self.encoder.layers:
            one.self_attn.dropout = 0.0  # is no nn.Dropout, which can be switched off
        self.norm_out = nn.BatchNorm1d(WIDTH)
        self.pool, self.fc = AttentionPool(WIDTH), nn.Linear(WIDTH, 2)
        rates = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(2 * N_STEPS) / WIDTH))
        angles = torch.arange(N_STEPS)[:, None] * rates
        positions = torch.stack((angles.sin(), angles.cos()), -1).flatten(1)
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        maps = self.convolutions(x.reshape(len(x), 2, N_ROWS, x.shape[-1]))
        steps = self.project(self.norm_in(maps.flatten(1, 2)).transpose(1, 2))
        read = self.encoder(steps + self.positions[: steps.shape[1]])
        read = self.norm_out(read.transpose(1, 2)).transpose(1, 2)
        return self.fc(self.pool(read))
