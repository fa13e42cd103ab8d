"""The small convolutional network: four blocks, average pooling, two layers."""

from torch import Tensor, nn

from antispoof.models.registry import register_model

CHANNELS = (16, 32, 64, 128)


def block(n_in: int, n_out: int) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU; halves both axes.

    Max-pool before ReLU: identical result, a quarter of the ReLU work.
    """
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel_size=3, padding=1),
        nn.BatchNorm2d(n_out),
        nn.MaxPool2d(2),
        nn.ReLU(inplace=True),
    )


@register_model("cnn", title="CNN", lr=1e-3)
class CNN(nn.Module):
    """(batch, 1, n_rows, n_frames) -> (batch, 2) logits; 360 162 parameters."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, *CHANNELS)
        self.blocks = nn.Sequential(*map(block, widths[:-1], widths[1:]))
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(CHANNELS[-1] * 4 * 4, 128),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(128, 2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        return self.classifier(self.pool(self.blocks(x)))
