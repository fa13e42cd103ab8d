"""Front-ends (waveform -> features, as ``nn.Module``) and the on-disk feature store."""

from antispoof.frontends.cache import (
    FeatureSet,
    bytes_to_build,
    failed_clips,
    load_features,
)
from antispoof.frontends.filling import require_space
from antispoof.frontends.logmel import LogMel
from antispoof.frontends.registry import FRONTENDS, build, fix_length

__all__ = [
    "FRONTENDS",
    "FeatureSet",
    "LogMel",
    "build",
    "bytes_to_build",
    "failed_clips",
    "fix_length",
    "load_features",
    "require_space",
]
