"""A model as a table: the output shape and the number of parameters of each layer."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import torch
from torch import nn


def summary(model: nn.Module, shape: tuple[int, int, int]) -> pd.DataFrame:
    """Layers in the order they are used, for one clip's features of `shape`.

    A residual stage is one row.

    Returns
    -------
    DataFrame with ``layer``, ``kind``, ``output`` (without the batch) and
    ``parameters``, whose sum is the model's.
    """
    layers = dict(_layers(model))
    outputs: dict[str, torch.Tensor] = {}

    def record(name: str):
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            tensor = output[0] if isinstance(output, tuple) else output
            outputs.setdefault(name, tensor)  # one ReLU may be used several times

        return hook

    hooks = [m.register_forward_hook(record(name)) for name, m in layers.items()]
    was_training = model.training
    try:
        with torch.inference_mode():
            model.eval()(torch.zeros(1, *shape))
    finally:
        for hook in hooks:
            hook.remove()
        model.train(was_training)
    rows = [
        {
            "layer": name,
            "kind": _kind(layers[name]),
            "output": " × ".join(map(str, tensor.shape[1:])),
            "parameters": sum(p.numel() for p in layers[name].parameters()),
        }
        for name, tensor in outputs.items()
    ]
    return pd.DataFrame(rows)


def _layers(module: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        if isinstance(child, nn.Sequential) and not _is_stage(child):
            yield from _layers(child, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", child


def _is_stage(module: nn.Module) -> bool:
    """Whether a Sequential repeats blocks that are not Sequential themselves."""
    return isinstance(module, nn.Sequential) and any(
        any(child.children()) and not isinstance(child, nn.Sequential)
        for child in module
    )


def _kind(module: nn.Module) -> str:
    name = type(module).__name__
    return f"{len(module)} bottlenecks" if _is_stage(module) else name
