"""Losses by name."""

from collections.abc import Callable

from torch import nn

from antispoof.registry import Registry

LOSSES = Registry("loss")


def register_loss(
    name: str, *, title: str, head: Callable[[int], nn.Module] | None = None
) -> Callable:
    """Decorator that registers a loss class.

    It is made with ``weight``, a (2,) tensor of class weights or None, and called with
    (n, 2) outputs of a model and (n,) class indices; it returns the mean loss.

    Parameters
    ----------
    name : the name in configurations and commands.
    title : the name in tables and figures.
    head : makes the layer that replaces the model's last ``nn.Linear``, given the
        number of its inputs; None leaves the model as it is. Its two outputs are in the
        order of ``constants.LABELS``, and their difference is the score: 0 must be a
        sensible threshold.
    """
    return LOSSES.register(name, title=title, head=head)
