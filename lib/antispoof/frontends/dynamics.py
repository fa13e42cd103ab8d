"""How much and how evenly a voice changes: statistics of its cepstra over time.

Synthesizers smooth what changes fast in a voice. So the spread of the differences
between frames says more about most fakes than the spectrum does. Differences of
cepstra are known to help against spoofing (Sahidullah and others, "A comparison of
features for synthetic speech detection", Interspeech 2015); here only their statistics
are kept, at four resolutions, so a clip becomes 1 560 numbers. The spectrum ends at
7 kHz, because every change of the sample rate cuts off what is above.
"""

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from antispoof.constants import SAMPLE_RATE
from antispoof.frontends.filter_bank import triangles
from antispoof.frontends.lfcc import dct_matrix
from antispoof.frontends.registry import register_frontend, repeat_to

HIGHEST = 7_000  # Hz
# Samples of a frame, samples from one to the next, bands.
RESOLUTIONS = ((256, 80, 40), (512, 160, 60), (1024, 160, 60), (2048, 160, 60))
N_CEPSTRA = 40
LAGS = (1, 2, 4, 8)  # frames
QUIET = 0.4  # share of the frames that is not used: pauses
TIE = 1e-5  # relative difference of levels that count as equal
FLOOR = 1e-9  # added to the power of a band; a clip has a peak of 1
MODULATION_BANDS = (0.5, 2, 4, 8, 12, 16, 20, 25, 32, 40, 50)  # Hz, the limits
N_GROUPS = 12  # of the 60 bands; a group has one envelope
N_ROWS = 9 * len(RESOLUTIONS) + 3


class Bands(nn.Module):
    """(batch, n) -> (batch, n_frames, n_bands): log powers, equally spaced in Hz."""

    def __init__(self, n_fft: int, hop: int, n_bands: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        corners = (torch.arange(n_bands + 2) - 0.5) * (HIGHEST / n_bands)
        frequencies = torch.arange(n_fft // 2 + 1) * (SAMPLE_RATE / n_fft)
        window = torch.hann_window(n_fft, periodic=False)
        self.register_buffer("window", window, persistent=False)
        filters = triangles(frequencies, corners)
        self.register_buffer("filters", filters / filters.sum(0), persistent=False)
        dct = dct_matrix(n_bands)[:N_CEPSTRA].T
        self.register_buffer("dct", dct, persistent=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Log powers, and which frames are loud: (batch, n_frames, 1), 0 or 1."""
        frames = x.unfold(-1, self.n_fft, self.hop) * self.window
        power = torch.view_as_real(torch.fft.rfft(frames)).square().sum(-1)
        power = power @ self.filters
        level = power.sum(-1)
        n_loud = level.shape[-1] - 1 - math.floor(QUIET * (level.shape[-1] - 1))
        limit = level.topk(n_loud).values[..., -1:]
        # A clip that is repeated has frames that differ by rounding alone.
        loud = (level >= limit * (1 - TIE)).to(x.dtype).unsqueeze(-1)
        return (power + FLOOR).log(), loud


@register_frontend("dynamics", title="dynamics of cepstra")
class Dynamics(nn.Module):
    """Statistics over time: (batch, n) -> (batch, 1, 39, 40).

    Nine rows for each resolution, of 40 cepstra each: the log standard deviation of the
    cepstra, of their differences over 1, 2, 4 and 8 frames, and of second and third
    differences; the log kurtosis of first and second differences. Only loud frames
    count. Then three rows with the modulation spectrum of 12 groups of bands: how much
    of an envelope's changes are slow or fast. A short clip is repeated up to 4 s.
    """

    n_samples, hop_length = 64_000, 160
    repeats = True  # what is shorter than a window
    shape = (1, N_ROWS, N_CEPSTRA)
    row_frequencies = np.full(N_ROWS, np.nan)

    def __init__(self) -> None:
        super().__init__()
        self.settings = {"resolutions": RESOLUTIONS, "highest": HIGHEST, "lags": LAGS}
        self.bands = nn.ModuleList(Bands(*one) for one in RESOLUTIONS)

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n), of any n from 1 on -> (batch, 1, 39, 40)."""
        x = repeat_to(waveform, self.n_samples)
        x = x / (x.abs().amax(-1, keepdim=True) + 1e-8)
        found = [bands(x) for bands in self.bands]
        rows = [
            row
            for one, (levels, loud) in zip(self.bands, found, strict=True)
            for row in statistics(levels @ one.dct, loud)
        ]
        spectrum = modulation_spectrum(found[1][0]).unflatten(1, (-1, N_CEPSTRA))
        return torch.cat((torch.stack(rows, 1), spectrum), 1).unsqueeze(1)


def statistics(cepstra: Tensor, loud: Tensor) -> list[Tensor]:
    """(batch, n_frames, k) -> nine times (batch, k), over frames where `loud` is 1."""
    lagged = [cepstra[:, lag:] - cepstra[:, :-lag] for lag in LAGS]
    second, third = (cepstra.diff(n, dim=1) for n in (2, 3))
    moments = [_moments(x, loud) for x in (cepstra, *lagged, second, third)]
    spreads = [(m2.sqrt() + 1e-4).log() for m2, _ in moments]
    peaked = [moments[1], moments[len(LAGS) + 1]]
    return spreads + [(m4 / (m2.square() + 1e-12) + 1e-3).log() for m2, m4 in peaked]


def modulation_spectrum(levels: Tensor) -> Tensor:
    """(batch, n_frames, 60) log powers at 100 Hz -> (batch, 120)."""
    n = levels.shape[1]
    envelopes = levels.unflatten(-1, (N_GROUPS, -1)).mean(-1)
    # A Hann window; torch.hann_window cannot be exported to ONNX.
    window = torch.sin(torch.arange(n, device=levels.device) * (math.pi / (n - 1)))
    changes = (envelopes - envelopes.mean(1, keepdim=True)) * window.square()[:, None]
    power = torch.view_as_real(torch.fft.rfft(changes, dim=1)).square().sum(-1)
    rate = SAMPLE_RATE / Dynamics.hop_length
    limits = [math.ceil(f * n / rate) for f in MODULATION_BANDS]
    means = [power[:, low:high].mean(1) for low, high in pairwise(limits)]
    return (torch.stack(means, 1) + 1e-6).log().flatten(1)


def _moments(x: Tensor, loud: Tensor) -> tuple[Tensor, Tensor]:
    """Second and fourth central moment over time, of the last frames' weights."""
    loud = loud[:, loud.shape[1] - x.shape[1] :]
    n = loud.sum(1)
    centred = (x - ((x * loud).sum(1) / n).unsqueeze(1)) * loud
    square = centred.square()
    return square.sum(1) / n, square.square().sum(1) / n
