"""ResNet50 (He et al. 2016, "Deep residual learning", table 1), written out.

Bottleneck blocks 3-4-6-3 with the stride on the 3 x 3 convolution, and the parameter
names of torchvision, so that its ImageNet weights fit. The first convolution takes one
channel instead of three, and the last layer has two outputs.
"""

import torch
from torch import Tensor, nn

from antispoof.models.registry import register_model

DEPTHS = (3, 4, 6, 3)
WIDTHS = (64, 128, 256, 512)
EXPANSION = 4
N_FEATURES = WIDTHS[-1] * EXPANSION


class Bottleneck(nn.Module):
    """1 x 1 reduces channels, 3 x 3 convolves, 1 x 1 expands; the input is added."""

    def __init__(self, n_in: int, width: int, *, stride: int) -> None:
        super().__init__()
        n_out = width * EXPANSION
        self.conv1 = nn.Conv2d(n_in, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, n_out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(n_out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or n_in != n_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(n_out),
            )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n_in, h, w) -> (batch, 4 * width, h / stride, w / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + shortcut)


def stage(n_in: int, width: int, *, depth: int, stride: int) -> nn.Sequential:
    """`depth` bottlenecks, the first of which changes the size."""
    rest = [Bottleneck(width * EXPANSION, width, stride=1) for _ in range(depth - 1)]
    return nn.Sequential(Bottleneck(n_in, width, stride=stride), *rest)


class ResNetBackbone(nn.Module):
    """The convolutional part: (batch, 1, h, w) -> (batch, 2048, h / 32, w / 32)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = stage(64, WIDTHS[0], depth=DEPTHS[0], stride=1)
        self.layer2 = stage(256, WIDTHS[1], depth=DEPTHS[1], stride=2)
        self.layer3 = stage(512, WIDTHS[2], depth=DEPTHS[2], stride=2)
        self.layer4 = stage(1024, WIDTHS[3], depth=DEPTHS[3], stride=2)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(
                    module.weight, mode="fan_out", nonlinearity="relu"
                )

    def forward_features(self, x: Tensor) -> Tensor:
        """The last stage's feature maps, before any pooling."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


@register_model("resnet", title="ResNet50", lr=1e-4)
class ResNet50(ResNetBackbone):
    """(batch, 1, n_rows, n_frames) -> (batch, 2) logits; 23 505 858 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(N_FEATURES, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits in the order spoof, bonafide."""
        return self.fc(torch.flatten(self.avgpool(self.forward_features(x)), 1))
