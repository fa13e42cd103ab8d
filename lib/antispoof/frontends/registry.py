"""Front-ends by name, and the one thing they all need: clips of one length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import nn

from antispoof.errors import ParameterError
from antispoof.frontends.logmel import LogMel

# A front-end has `settings` (dict), `n_samples`, `shape` and a batched `forward`, which
# brings clips of any length to `n_samples` as `fix_length` does.
FRONTENDS: dict[str, Callable[[], nn.Module]] = {
    "logmel": LogMel,  # the thesis's mel spectrogram
}


def build(name: str) -> nn.Module:
    """The front-end called `name`.

    Raises
    ------
    ParameterError
        If there is none of that name.
    """
    if name not in FRONTENDS:
        raise ParameterError(
            f"unknown front-end {name!r}; accepted: {', '.join(FRONTENDS)}"
        )
    return FRONTENDS[name]().eval()


def fix_length(waveform: np.ndarray, n_samples: int) -> np.ndarray:
    """First `n_samples` of a clip, zeros added on the right of a shorter one.

    Parameters
    ----------
    waveform : (n,) samples.
    n_samples : wanted length, positive.
    """
    if n_samples <= 0:
        raise ParameterError(f"n_samples={n_samples} must be positive")
    kept = waveform[:n_samples]
    return np.pad(kept, (0, n_samples - len(kept)))
