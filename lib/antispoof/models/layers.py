"""A model as a table: what each layer gives out, and what it has to learn."""

from __future__ import annotations

import pandas as pd
import torch
from torch import nn

DEEP = (nn.Sequential,)  # opened down to the single layers, unless they repeat blocks


def summary(model: nn.Module, shape: tuple[int, int, int]) -> pd.DataFrame:
    """Layers in the order they are used, for one clip's features of `shape`.

    Residual stages stay closed: one row a stage.

    Returns
    -------
    DataFrame with ``layer``, ``kind``, ``output`` (without the batch) and
    ``parameters``, whose sum is the model's.
    """
    rows: list[dict] = []
    hooks = [
        module.register_forward_hook(_recorder(name, rows))
        for name, module in _visible(model)
    ]
    was_training = model.training
    try:
        with torch.inference_mode():
            model.eval()(torch.zeros(1, *shape))
    finally:
        for hook in hooks:
            hook.remove()
        model.train(was_training)
    return pd.DataFrame(rows)


def _visible(module: nn.Module, prefix: str = "") -> list[tuple[str, nn.Module]]:
    found = []
    for name, child in module.named_children():
        path = f"{prefix}{name}"
        plain = isinstance(child, DEEP) and not any(
            any(grandchild.children()) and not isinstance(grandchild, DEEP)
            for grandchild in child
        )
        found += _visible(child, f"{path}.") if plain else [(path, child)]
    return found


def _recorder(name: str, rows: list[dict]):
    def record(module: nn.Module, _inputs: object, output: object) -> None:
        if any(row["layer"] == name for row in rows):
            return  # one ReLU may serve several places
        tensor = output[0] if isinstance(output, tuple) else output
        blocks = len(module) if isinstance(module, DEEP) else 0
        kind = f"{blocks} bottlenecks" if blocks else type(module).__name__
        rows.append(
            {
                "layer": name,
                "kind": kind,
                "output": " × ".join(str(n) for n in tensor.shape[1:]),
                "parameters": sum(p.numel() for p in module.parameters()),
            }
        )

    return record
