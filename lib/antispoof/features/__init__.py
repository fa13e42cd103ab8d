"""Front-ends (waveform -> features, as ``nn.Module``) and the on-disk feature store."""

from antispoof.features.filling import require_space
from antispoof.features.frontends import FRONTENDS, build, fix_length
from antispoof.features.logmel import LogMel
from antispoof.features.store import (
    FeatureSet,
    bytes_to_build,
    damaged_clips,
    open_features,
)

__all__ = [
    "FRONTENDS",
    "FeatureSet",
    "LogMel",
    "build",
    "bytes_to_build",
    "damaged_clips",
    "fix_length",
    "open_features",
    "require_space",
]
