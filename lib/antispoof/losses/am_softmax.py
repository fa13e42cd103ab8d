"""AM-Softmax: cross entropy of cosines, with a margin.

Wang et al. 2018, "Additive margin softmax for face verification" (arXiv 1801.05599):
-log(exp(s (cos_y - m)) / (exp(s (cos_y - m)) + exp(s cos_other))), where cos_y is the
cosine between a clip's embedding and the direction of its class. Scale s and margin m
are those with which Zhang, Jiang and Duan 2021 (arXiv 2010.13995) detect spoofs.
"""

from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from antispoof.losses.heads import CosineHead
from antispoof.losses.registry import register_loss

SCALE = 20.0
MARGIN = 0.9


@register_loss("am_softmax", title="AM-Softmax", head=partial(CosineHead, scale=SCALE))
class AMSoftmax(nn.CrossEntropyLoss):
    """(n, 2) cosines times `SCALE` and (n,) class indices -> mean loss."""

    margin = SCALE * MARGIN  # of the outputs

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Cross entropy after the margin is taken from the output of the true class."""
        true = functional.one_hot(labels, outputs.shape[1])
        return super().forward(outputs - self.margin * true, labels)
