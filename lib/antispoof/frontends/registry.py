"""Front-ends by name: what turns a waveform into the input of a model."""

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn

from antispoof.errors import ParameterError
from antispoof.registry import Registry

FRONTENDS = Registry("front-end")


class FrontEnd(Protocol):
    """What a front-end has besides being an ``nn.Module``.

    It is made without arguments, and one instance is used by several threads. Features
    are cached as float16, so normalise them: values above 65 504 become infinite.

    Attributes
    ----------
    settings : everything that changes its output, as plain values.
    n_samples : length that it cuts or pads every clip to, in samples at 16 kHz.
    hop_length : samples between two frames.
    shape : (1, n_rows, n_frames) of one clip's features.
    row_frequencies : (n_rows,) Hz, for the axis of a plot; NaN where a row has none.
    """

    settings: dict[str, Any]
    n_samples: int
    hop_length: int
    shape: tuple[int, int, int]
    row_frequencies: np.ndarray

    def __call__(self, waveform: Tensor) -> Tensor:
        """(batch, n) float32 at 16 kHz, any n from 1 on -> (batch, *shape)."""


def register_frontend(name: str, *, title: str) -> Callable:
    """Decorator that registers a front-end class.

    Parameters
    ----------
    name : the name in configurations and commands.
    title : the name in tables and figures.
    """
    return FRONTENDS.register(name, title=title)


def build(name: str) -> nn.Module:
    """The front-end of that name, in eval mode.

    Raises
    ------
    ParameterError
        If there is none, it is no module, or does not say its settings and shape.
    """
    module = FRONTENDS[name].factory()
    if not isinstance(module, nn.Module) or not {"settings", "shape"} <= {*dir(module)}:
        needed = "must have settings and shape, and be an nn.Module"
        raise ParameterError(f"front-end {name!r} {needed}")
    return module.eval()


def fix_length(waveform: np.ndarray, n_samples: int) -> np.ndarray:
    """First `n_samples` of a clip, zeros added on the right of a shorter one.

    Parameters
    ----------
    waveform : (n,) samples.
    n_samples : wanted length, positive.
    """
    kept = waveform[:n_samples]
    return np.pad(kept, (0, n_samples - len(kept)))


def repeat_to(waveform: Tensor, n_samples: int) -> Tensor:
    """First `n_samples` of (batch, n) clips, of any n from 1 on; shorter ones repeat.

    Zeros would become part of a clip's statistics.
    """
    return waveform.tile(math.ceil(n_samples / waveform.shape[-1]))[..., :n_samples]
