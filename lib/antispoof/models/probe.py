"""A linear probe: logistic regression on statistics of a clip."""

import math
from functools import partial

from torch import Tensor, nn

from antispoof.models.registry import register_model

EPS = 1e-5  # added to variances


class Probe(nn.Module):
    """Logits (batch, 2) of a batch of `shape`: a weight for each number and class."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        n = math.prod(shape)
        self.norm, self.dropout = nn.BatchNorm1d(n, EPS, affine=False), nn.Dropout(0.5)
        self.fc = nn.Linear(n, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        x = x.flatten(1)
        if self.training and len(x) == 1:  # the last batch; it has no variance
            deviation = (self.norm.running_var + EPS).sqrt()
            normal = (x - self.norm.running_mean) / deviation
        else:
            normal = self.norm(x)
        return self.fc(self.dropout(normal))

    def distance(self, x: Tensor) -> Tensor:
        """(batch,) mean square of the normalised features; about 1 in training.

        With independent features, this is the squared Mahalanobis distance from the
        training clips (K. Lee and others, NeurIPS 2018), divided by their number.
        """
        return self.norm(x.flatten(1)).square().mean(1)


# The models know no front-ends; these are the shapes that theirs give.
for name, frontend, shape, of in (
    ("probe", "distilled", (1, 4, 400), ""),
    ("probe_dynamics", "dynamics", (1, 39, 40), " of dynamics"),
    ("probe_both", "distilled_dynamics", (1, 79, 40), " of layers and dynamics"),
):
    about = {"title": f"Linear probe{of}", "lr": 1e-3, "frontend": frontend}
    register_model(name, **about)(partial(Probe, shape))
