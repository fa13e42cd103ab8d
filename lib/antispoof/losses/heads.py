"""Last layers that losses bring, and how a model gets them."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from antispoof.constants import LABELS
from antispoof.errors import ParameterError
from antispoof.losses.registry import LOSSES

EPS = 1e-6  # smallest length that is divided by; float16 holds it


class CosineHead(nn.Module):
    """Scaled cosines with learned directions: (n, n_in) -> (n, n_out)."""

    def __init__(self, n_in: int, n_out: int = len(LABELS), *, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.weight = nn.Parameter(torch.empty(n_out, n_in))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """One column a direction, between -scale and scale."""
        x, w = (functional.normalize(v, eps=EPS) for v in (x, self.weight))
        return self.scale * functional.linear(x, w)


def set_head(model: nn.Module, loss: str) -> nn.Module:
    """The model with the last layer that a loss needs in place of its own.

    Raises
    ------
    ParameterError
        If the loss is unknown, or it needs another last layer and the model's last
        ``nn.Linear`` does not give its outputs.
    """
    make = LOSSES[loss].info["head"]
    if make is not None:
        layers = [m for m in model.named_modules() if isinstance(m[1], nn.Linear)]
        path, last = layers[-1] if layers else ("", None)
        if not path or last.out_features != len(LABELS):
            raise ParameterError(
                f"loss={loss!r} replaces a last nn.Linear with {len(LABELS)} outputs;"
                f" {type(model).__name__} has {last}"
            )
        model.set_submodule(path, make(last.in_features))
    return model
