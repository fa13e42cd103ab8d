"""Augmentations: transforms that a model is trained with, and tested with.

An augmentation is a function ``f(waveform, rng, **parameters) -> waveform``:

- ``waveform`` is (n,) float32 at 16 kHz and is not written to; the result is float32,
  a little longer where a codec pads, shorter where silence is trimmed;
- ``rng`` is the only source of chance: the same generator state gives the same sound;
- every parameter has a default for training. A default that is a tuple (low, high)
  or a list is drawn again at each call, see :func:`draw`;
- it knows neither the label nor the attack: both classes are treated alike.

With ``on="features"`` the argument is the features (1, n_rows, n_frames) instead.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from antispoof.errors import check_choice
from antispoof.registry import Registry, check_result

AUGMENTATIONS = Registry("augmentation")
Array: TypeAlias = np.ndarray
Rng: TypeAlias = np.random.Generator
Drawn: TypeAlias = Any  # a value, or a tuple or a list that it is drawn from, see draw


def register_augmentation(
    name: str, *, title: str, on: str = "waveform", **info: Any
) -> Callable:
    """Decorator that registers a transform.

    Parameters
    ----------
    title : what tables call it.
    on : ``waveform`` or ``features``.
    info : ``probability`` of being applied, instead of the one that :func:`apply` is
        given; ``conditions`` under which robustness is measured: title -> parameters.

    Raises
    ------
    ParameterError
        If the name is taken, or ``on`` is neither.
    """
    check_choice("on", on, ("waveform", "features"))
    return AUGMENTATIONS.register(name, title=title, on=on, **info)


def draw(rng: Rng, value: Drawn) -> Any:
    """The value of a parameter.

    A tuple (low, high) is drawn uniformly, as an integer where both ends are (both are
    possible). A list gives one of its elements. Anything else is returned as it is, and
    uses no random numbers.
    """
    if isinstance(value, tuple) and all(isinstance(end, int) for end in value):
        return int(rng.integers(*value, endpoint=True))
    if isinstance(value, tuple):
        return float(rng.uniform(*value))
    if isinstance(value, list):
        return value[int(rng.integers(len(value)))]
    return value


def apply(
    names: Sequence[str],
    x: np.ndarray,
    rng: np.random.Generator,
    probability: float = 0.5,
    *,
    on: str = "waveform",
) -> np.ndarray:
    """Apply augmentations in the order given, each with a probability of its own.

    Parameters
    ----------
    names : registered augmentations; those that are not for ``on`` are passed over.
    x : waveform (n,) float32 at 16 kHz, or features (1, n_rows, n_frames).
    probability : of each that has none of its own, between 0 and 1.

    Returns
    -------
    The same kind of array. A waveform is never longer than before: what a codec adds at
    the end is cut off. It is shorter where an augmentation trims it.

    Raises
    ------
    ParameterError
        If a name is unknown, or an augmentation returns another kind of array.
    """
    n = x.shape[-1]
    for entry in [AUGMENTATIONS[name] for name in names]:
        p = entry.info.get("probability", probability)
        if entry.info["on"] == on and rng.random() < p:
            made = entry.factory(x, rng)
            any_length = np.shape(made)[-1:] or x.shape
            shape = x.shape if on == "features" else any_length
            check_result(f"augmentation {entry.name!r}", made, shape, "float32")
            x = made[..., :n]
    return x
