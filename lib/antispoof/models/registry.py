"""Models by name; a module registers its model, and every table and option lists it."""

from collections.abc import Callable

from torch import nn

from antispoof import losses
from antispoof.registry import Registry

MODELS = Registry("model")


def register_model(
    name: str, *, title: str, lr: float, frontend: str | None = None
) -> Callable:
    """Decorator that registers a model class.

    Parameters
    ----------
    name : the name in configurations and commands.
    title : the name in tables and figures.
    lr : its usual learning rate.
    frontend : the only front-end that it reads; None reads any.
    """
    return MODELS.register(name, title=title, lr=lr, frontend=frontend)


def build(name: str, loss: str = "cross_entropy") -> nn.Module:
    """A freshly initialised model with the last layer that a loss needs.

    Raises
    ------
    ParameterError
        If there is no model or loss of that name, or they do not fit.
    """
    return losses.set_head(MODELS[name].factory(), loss)


def title(name: str) -> str:
    """A model's name in tables and figures; ParameterError if it is unknown."""
    return MODELS[name].info["title"]


def n_parameters(model: nn.Module) -> int:
    """Number of trained parameters."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
