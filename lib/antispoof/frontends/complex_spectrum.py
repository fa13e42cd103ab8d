"""The compressed complex spectrum, which the distilled network reads."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from antispoof.constants import SAMPLE_RATE
from antispoof.frontends.registry import register_frontend

N_FFT, HOP = 320, 160  # 20 ms, 10 ms
EXPONENT = 0.3  # of the magnitudes; the phases stay
EPS = 1e-8


@register_frontend("complex", title="complex spectrum")
class ComplexSpectrum(nn.Module):
    """Real parts above imaginary parts: (batch, n) -> (batch, 1, 322, 400).

    A clip is scaled to a peak of 1, and each magnitude raised to the power of 0.3, as
    the network expects that :class:`antispoof.models.Distilled` starts from.
    """

    n_samples, hop_length = 64_000, HOP
    shape = (1, 2 * (N_FFT // 2 + 1), 400)
    row_frequencies = np.tile(np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1), 2)

    def __init__(self) -> None:
        super().__init__()
        self.settings = {"n_fft": N_FFT, "hop": HOP, "exponent": EXPONENT}
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n) float32 at 16 kHz, of any n from 1 on -> (batch, 1, 322, 400)."""
        x = waveform[..., : self.n_samples]
        x = functional.pad(x, (0, self.n_samples - x.shape[-1]))
        x = x / (x.abs().amax(-1, keepdim=True) + EPS)
        margin = (N_FFT - HOP) // 2
        padded = functional.pad(x, (margin, margin), mode="reflect")
        frames = padded.unfold(-1, N_FFT, HOP) * self.window
        z = torch.view_as_real(torch.fft.rfft(frames))
        magnitude = z.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-12)
        z = z * magnitude ** (EXPONENT - 1)
        return z.permute(0, 3, 2, 1).flatten(1, 2).unsqueeze(1)
