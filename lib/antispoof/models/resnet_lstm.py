"""ResNet50+LSTM: an LSTM reads the feature maps over time instead of averaging."""

from torch import Tensor, nn

from antispoof.models.registry import register_model
from antispoof.models.resnet import N_FEATURES, ResNetBackbone

HIDDEN = 256


@register_model("resnet_lstm", title="ResNet50+LSTM", lr=1e-4)
class ResNet50LSTM(ResNetBackbone):
    """(batch, 1, n_rows, n_frames) -> (batch, 2) logits; 25 863 618 parameters.

    The feature maps are averaged over frequency only, which leaves a sequence of
    n_frames / 32 steps (13 for a clip of 4 s) of 2048 features. One LSTM layer reads
    it, and its last step is classified.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(N_FEATURES, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, 2)

    def sequence(self, x: Tensor) -> Tensor:
        """Input of the LSTM: (batch, n_steps, 2048)."""
        return self.forward_features(x).mean(2).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        steps, _ = self.lstm(self.sequence(x))
        return self.fc(steps[:, -1])
