"""Linear frequency cepstral coefficients, as ASVspoof's baselines have them.

Twenty linear filters up to 8 kHz, logarithm, orthonormal DCT-II, all 20 coefficients,
then their slopes and the slopes of those over seven frames: 60 rows. Window (20 ms,
Hamming), step (10 ms), ``n_fft`` (512) and filters are those of the LFCC-GMM baseline
of ASVspoof 2019 (Todisco et al. 2019, "ASVspoof 2019: Future horizons in spoofed and
fake audio detection"); the LFCC-LCNN baseline of 2021 has the same window length, step
and 60 rows.

Ours are the floor 80 dB below the clip's loudest point, which the zeros after a short
clip would else lie far below, and the normalisation of each row over the clip, without
which the first coefficient outweighs all others. It removes what a pre-emphasis, the
base of the logarithm and the scale of the slopes change, but also the long-term
spectrum, which the baselines keep. On the sample of ASVspoof 2019 LA the CNN had
14.8 % dev EER with it, and 20.8 % with levels normalised before the DCT instead: one
seed each, so this may be chance.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from antispoof.frontends.filter_bank import FilterBank
from antispoof.frontends.linear import LogLinear
from antispoof.frontends.registry import register_frontend

HALF_WIDTH = 3  # frames on either side that a slope is fitted to


@register_frontend("lfcc", title="LFCC")
class LFCC(LogLinear):
    """LFCC with slopes: (batch, n_samples) -> (batch, 1, 3 * n_bands, n_frames)."""

    defaults = FilterBank.defaults | {"n_bands": 20, "win_length": 320}
    _window_function = staticmethod(torch.hamming_window)
    normalized_axes = (-1,)

    def __init__(self, **changed: float) -> None:
        super().__init__(**changed)
        n_bands = self.settings["n_bands"]
        self.row_frequencies = np.full(3 * n_bands, np.nan)
        self.register_buffer("dct", dct_matrix(n_bands), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n) -> (batch, 1, 3 * n_bands, n_frames), of any n from 1 on."""
        cepstra = self.dct @ self.decibels(waveform)
        delta = slopes(cepstra)
        rows = torch.cat((cepstra, delta, slopes(delta)), -2)
        return self.normalize(rows).unsqueeze(1)


def dct_matrix(n: int) -> Tensor:
    """(n, n) of the orthonormal DCT-II; the same as ``scipy.fft.dct(norm="ortho")``."""
    k = torch.arange(n, dtype=torch.float64)
    matrix = math.sqrt(2 / n) * torch.cos(math.pi / n * k[:, None] * (k + 0.5))
    matrix[0] /= math.sqrt(2)
    return matrix.float()


def slopes(x: Tensor) -> Tensor:
    """Least-squares slope over frames t - 3 to t + 3, ends repeated; same shape.

    Equal to ``torchaudio.functional.compute_deltas(x, win_length=7)``.
    """
    n, steps = x.shape[-1], range(1, HALF_WIDTH + 1)
    padded = functional.pad(x, (HALF_WIDTH, HALF_WIDTH), mode="replicate")
    later = (k * padded.narrow(-1, HALF_WIDTH + k, n) for k in steps)
    earlier = (k * padded.narrow(-1, HALF_WIDTH - k, n) for k in steps)
    return (sum(later) - sum(earlier)) / (2 * sum(k * k for k in steps))
