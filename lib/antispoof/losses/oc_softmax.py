"""OC-Softmax: one direction for bona fide speech; spoofs are kept away from it.

Zhang, Jiang and Duan 2021, "One-class learning towards synthetic voice spoofing
detection" (arXiv 2010.13995): log(1 + exp(alpha (m0 - cos))) of a bona fide clip,
log(1 + exp(alpha (cos - m1))) of a spoof. With z = alpha (cos - (m0 + m1) / 2)
and outputs -z/2 and z/2 that is AM-Softmax's formula with the margin
alpha (m0 - m1) / 2, and the score z is 0 midway between the two margins.
"""

import torch
from torch import Tensor

from antispoof.losses.am_softmax import AMSoftmax
from antispoof.losses.heads import CosineHead
from antispoof.losses.registry import register_loss

ALPHA = 20.0
M_BONAFIDE, M_SPOOF = 0.9, 0.2


class OneClassHead(CosineHead):
    """(n, n_in) -> (n, 2): -z/2 and z/2, where z is the score."""

    def __init__(self, n_in: int) -> None:
        super().__init__(n_in, 1, scale=ALPHA)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs in the order spoof, bonafide."""
        half = (super().forward(x) - ALPHA * (M_BONAFIDE + M_SPOOF) / 2) / 2
        return torch.cat((-half, half), 1)


@register_loss("oc_softmax", title="OC-Softmax", head=OneClassHead)
class OCSoftmax(AMSoftmax):
    """(n, 2) outputs of `OneClassHead` and (n,) class indices -> mean loss."""

    margin = ALPHA * (M_BONAFIDE - M_SPOOF) / 2
