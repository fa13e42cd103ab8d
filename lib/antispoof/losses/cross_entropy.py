"""Cross entropy of the two outputs: the thesis's loss, in all likelihood."""

from torch import nn

from antispoof.losses.registry import register_loss


@register_loss("cross_entropy", title="cross entropy")
class CrossEntropy(nn.CrossEntropyLoss):
    """(n, 2) logits and (n,) class indices -> their mean cross entropy."""
