"""Front-ends (waveform -> features, as ``nn.Module``) and the on-disk feature store."""

from antispoof.features.frontends import FRONTENDS, build, fix_length
from antispoof.features.logmel import LogMel
from antispoof.features.store import FeatureSet, damaged_clips, open_features

__all__ = [
    "FRONTENDS",
    "FeatureSet",
    "LogMel",
    "build",
    "damaged_clips",
    "fix_length",
    "open_features",
]
