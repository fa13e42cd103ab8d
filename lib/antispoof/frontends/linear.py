"""A log-linear filter bank: as log-mel, but with filters equally spaced in Hz.

The mel scale has few, wide bands at high frequencies. Those are where vocoders leave
traces, so that linear filters are common in spoofing detection (Sahidullah et al. 2015,
"A comparison of features for synthetic speech detection").
"""

import torch
from torch import Tensor

from antispoof.frontends.filter_bank import FilterBank
from antispoof.frontends.registry import register_frontend


@register_frontend("linear", title="log-linear")
class LogLinear(FilterBank):
    """Log-linear bands: (batch, n_samples) -> (batch, 1, n_bands, n_frames)."""

    defaults = FilterBank.defaults | {"n_bands": 96}

    @staticmethod
    def corners(n_bands: int, highest: float) -> Tensor:
        """Equally spaced in Hz, see :meth:`FilterBank.corners`."""
        return torch.linspace(0, highest, n_bands + 2, dtype=torch.float64)
