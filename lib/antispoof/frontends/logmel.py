"""The thesis's input: a log-mel spectrogram, normalised clip by clip.

The filters are equally spaced on the HTK mel scale, as torchaudio's ``MelSpectrogram``
has it by default and ``librosa.filters.mel(htk=True, norm=None)`` makes it.
"""

import math

import torch
from torch import Tensor

from antispoof.frontends.filter_bank import FilterBank
from antispoof.frontends.registry import register_frontend


@register_frontend("logmel", title="log-mel")
class LogMel(FilterBank):
    """Log-mel spectrogram: (batch, n_samples) -> (batch, 1, n_bands, n_frames)."""

    @staticmethod
    def corners(n_bands: int, highest: float) -> Tensor:
        """Equally spaced on the mel scale, see :meth:`FilterBank.corners`."""
        top = 2595 * math.log10(1 + highest / 700)
        mels = torch.linspace(0, top, n_bands + 2, dtype=torch.float64)
        return 700 * (10 ** (mels / 2595) - 1)
