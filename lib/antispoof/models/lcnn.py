"""LCNN: a light network of max-feature-map layers, then two LSTMs that read over time.

Max-feature-map (Wu et al. 2018, "A light CNN for deep face representation with noisy
labels") keeps the larger of two halves of the channels. Layers and widths are those of
the LFCC-LCNN baseline of ASVspoof 2021 (Wang and Yamagishi 2021, "A comparative study
on recent neural spoofing countermeasures for synthetic speech detection", its
LCNN-LSTM-sum). Two things differ: the maps are pooled to `BANDS` rows, so that any
front-end fits, and batch normalisation, with a learned scale, follows every layer.
"""

import torch
from torch import Tensor, nn

from antispoof.models.registry import register_model

# Kernel size, channels after the maximum, and by what both axes are divided then.
LAYERS = (
    *((5, 32, 2), (1, 32, 1), (3, 48, 2), (1, 48, 1), (3, 64, 2)),
    *((1, 64, 1), (3, 32, 1), (1, 32, 1), (3, 32, 2)),
)
BANDS = 4  # rows of the maps that the LSTMs read
N_FEATURES = LAYERS[-1][1] * BANDS


class MaxFeatureMap(nn.Module):
    """(batch, 2 c, h, w) -> (batch, c, h, w): the larger of channels i and c + i."""

    def forward(self, x: Tensor) -> Tensor:
        """The maximum; `torch.maximum` is slower in training."""
        first, second = x.chunk(2, dim=1)
        return torch.where(first > second, first, second)


@register_model("lcnn", title="LCNN", lr=3e-4)
class LCNN(nn.Module):
    """(batch, 1, n_rows, n_frames) -> (batch, 2) logits; 357 186 parameters.

    At least 16 rows and 16 frames.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = (1, *(width for _, width, _ in LAYERS))
        for n_in, (size, n_out, divisor) in zip(widths, LAYERS, strict=False):
            convolution = nn.Conv2d(n_in, 2 * n_out, size, padding=size // 2)
            layers += [convolution, MaxFeatureMap()]
            layers += [nn.MaxPool2d(divisor)] * (divisor > 1)
            layers.append(nn.BatchNorm2d(n_out))
        pooled = nn.AdaptiveAvgPool2d((BANDS, None))
        self.layers = nn.Sequential(*layers, nn.Dropout(0.7), pooled)
        settings = {"num_layers": 2, "batch_first": True, "bidirectional": True}
        self.lstm = nn.LSTM(N_FEATURES, N_FEATURES // 2, **settings)
        self.fc = nn.Linear(N_FEATURES, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        steps = self.layers(x).flatten(1, 2).transpose(1, 2)
        read, _ = self.lstm(steps)
        return self.fc((steps + read).mean(1))
