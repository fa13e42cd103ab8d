"""Two kinds of statistics side by side: the features of the pretrained detector.

The distilled layers were trained on much speech; the dynamics of cepstra are computed
by a formula. On sources that a model was not trained on, they err on different clips.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from antispoof.frontends.distilled import Distilled
from antispoof.frontends.dynamics import Dynamics
from antispoof.frontends.registry import register_frontend

WIDTH = 40  # of a row
N_ROWS = math.prod(Distilled.shape) // WIDTH + Dynamics.shape[1]


@register_frontend("distilled_dynamics", title="distilled layers and dynamics")
class DistilledDynamics(nn.Module):
    """(batch, n) -> (batch, 1, 79, 40): rows of ``distilled``, then of ``dynamics``."""

    n_samples, hop_length = Distilled.n_samples, Distilled.hop_length
    repeats = True  # what is shorter than a window
    shape = (1, N_ROWS, WIDTH)
    row_frequencies = np.full(N_ROWS, np.nan)

    def __init__(self) -> None:
        super().__init__()
        self.distilled, self.dynamics = Distilled(), Dynamics()
        self.settings = {**self.distilled.settings, **self.dynamics.settings}

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n), of any n from 1 on -> (batch, 1, 79, 40)."""
        layers = self.distilled(waveform).flatten(2).unflatten(2, (-1, WIDTH))
        return torch.cat((layers, self.dynamics(waveform)), 2)
