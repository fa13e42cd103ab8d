"""Layers of a network distilled from XLS-R, as statistics over time.

DistillMOS (Stahl and Gamper, "Distillation and pruning for scalable self-supervised
representation-based speech quality assessment", ICASSP 2025) learned from a
self-supervised network of 300 million parameters to judge the quality of speech in many
languages and conditions. Its convolutions and first three transformer layers are in
``distilled.safetensors`` (``tools/distilled_weights.py`` makes it; MIT licence, see
``distilled.txt``). They stay as they are; a model such as ``probe`` reads them.
"""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from antispoof.constants import SAMPLE_RATE
from antispoof.frontends.registry import register_frontend, repeat_to

WEIGHTS = Path(__file__).with_name("distilled.safetensors")
N_FFT, HOP = 320, 160  # samples: 20 ms, 10 ms
EXPONENT = 0.3  # of the magnitudes of the spectrum; the phases stay
# Hz; what is above is set to 0. Every change of the sample rate cuts off the highest
# band, and without this the same clip at 44.1 kHz looked far more fake.
HIGHEST = 7_000
CHANNELS = (2, 64, 64, 128, 256, 256, 256)
ROWS_LEFT = 4  # of the maps after the convolutions
WIDTH, N_HEADS, N_STEPS = 200, 8, 384  # of the transformer; its longest sequence
N_LAYERS = 3


class DistilledLayers(nn.Module):
    """(batch, n) -> list of (batch, n_steps, 200): projection, then each layer."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for i, (n_in, n_out) in enumerate(pairwise(CHANNELS)):
            # Rows are halved from the second convolution on, frames by the last.
            stride = (1 + (i > 0), 1 + (i == len(CHANNELS) - 2))
            layers += [nn.Conv2d(n_in, n_out, 3, stride, (0, 1)), nn.LeakyReLU(0.1)]
        self.convolutions = nn.Sequential(*layers)
        n = CHANNELS[-1] * ROWS_LEFT
        self.norm, self.project = nn.BatchNorm1d(n), nn.Linear(n, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, N_HEADS, 2 * WIDTH, batch_first=True)
        self.encoder = nn.TransformerEncoder(
            layer, N_LAYERS, enable_nested_tensor=False
        )
        rates = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(2 * N_STEPS) / WIDTH))
        angles = torch.arange(N_STEPS)[:, None] * rates
        positions = torch.stack((angles.sin(), angles.cos()), -1).flatten(1)
        self.register_buffer("positions", positions, persistent=False)
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)

    def spectrum(self, waveform: Tensor) -> Tensor:
        """(batch, n) -> (batch, 2, 161, n / 160): compressed, real and imaginary."""
        peak = waveform.abs().amax(-1, keepdim=True)
        margin = (N_FFT - HOP) // 2
        x = functional.pad(waveform / (peak + 1e-8), (margin, margin), mode="reflect")
        z = torch.fft.rfft(x.unfold(-1, N_FFT, HOP) * self.window)
        z = torch.view_as_real(z).permute(0, 3, 2, 1)
        magnitude = z.square().sum(1, keepdim=True).sqrt().clamp(min=1e-12)
        z = z * magnitude ** (EXPONENT - 1)
        z[:, :, HIGHEST * N_FFT // SAMPLE_RATE :] = 0
        return z

    def forward(self, waveform: Tensor) -> list[Tensor]:
        """The output of each layer."""
        maps = self.convolutions(self.spectrum(waveform)).flatten(1, 2)
        x = self.project(self.norm(maps).transpose(1, 2))
        outputs = [x]
        x = x + self.positions[: x.shape[1]]
        for layer in self.encoder.layers:
            x = layer(x)
            outputs.append(x)
        return outputs


@register_frontend("distilled", title="distilled layers")
class Distilled(nn.Module):
    """Means and deviations over time: (batch, n) -> (batch, 1, 4, 400).

    A row is a layer: 200 means, then 200 standard deviations. A short clip is repeated
    up to 4 s, because zeros would become part of the statistics.
    """

    n_samples, hop_length = 64_000, HOP
    repeats = True  # what is shorter than a window
    shape = (1, N_LAYERS + 1, 2 * WIDTH)
    row_frequencies = np.full(N_LAYERS + 1, np.nan)

    def __init__(self) -> None:
        super().__init__()
        self.settings = {"n_layers": N_LAYERS, "highest": HIGHEST}
        self.layers = DistilledLayers().eval().requires_grad_(requires_grad=False)
        self.layers.load_state_dict(
            {name: value.float() for name, value in load_file(WEIGHTS).items()}
        )

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n), of any n from 1 on -> (batch, 1, 4, 400)."""
        x = repeat_to(waveform, self.n_samples)
        steps = torch.stack(self.layers(x), 1)
        return torch.cat((steps.mean(2), steps.std(2)), -1).unsqueeze(1)
