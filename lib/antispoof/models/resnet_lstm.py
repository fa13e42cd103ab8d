"""ResNet50+LSTM: the trunk's maps read from left to right instead of averaged."""

from __future__ import annotations

from torch import Tensor, nn

from antispoof.models.resnet import N_FEATURES, ResNetBackbone

HIDDEN = 256


class ResNet50LSTM(ResNetBackbone):
    """(batch, 1, n_mels, n_frames) -> (batch, 2) logits; 25 863 618 parameters.

    The trunk keeps time: averaged over frequency, its maps are a sequence of
    n_frames / 32 steps (13 for a clip of 4 s) of 2048 features. One LSTM layer
    reads them, its last step decides.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(N_FEATURES, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, 2)

    def sequence(self, x: Tensor) -> Tensor:
        """What the LSTM reads: (batch, n_steps, 2048)."""
        return self.maps(x).mean(2).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        steps, _ = self.lstm(self.sequence(x))
        return self.fc(steps[:, -1])
