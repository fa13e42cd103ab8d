"""A linear probe: logistic regression on features that another network has computed."""

from torch import Tensor, nn

from antispoof.models.registry import register_model

SHAPE = (4, 400)  # of the front-end `distilled`


@register_model("probe", title="Linear probe", lr=1e-3, frontend="distilled")
class Probe(nn.Module):
    """(batch, 1, 4, 400) -> (batch, 2) logits, of the front-end ``distilled``."""

    def __init__(self) -> None:
        super().__init__()
        n = SHAPE[0] * SHAPE[1]
        self.norm, self.dropout = nn.BatchNorm1d(n, affine=False), nn.Dropout(0.5)
        self.fc = nn.Linear(n, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        return self.fc(self.dropout(self.norm(x.flatten(1))))

    def distance(self, x: Tensor) -> Tensor:
        """(batch,) mean square of the normalised features; about 1 in training.

        With independent features, this is the squared Mahalanobis distance from the
        training clips (K. Lee and others, NeurIPS 2018), divided by their number.
        """
        return self.norm(x.flatten(1)).square().mean(1)
