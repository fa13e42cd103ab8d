"""Augmentations, each a transform in a file of its own; see ``registry``."""

from antispoof.augment import codec, noise, resampled, telephone, trim
from antispoof.augment.registry import (
    AUGMENTATIONS,
    apply,
    draw,
    register_augmentation,
)

__all__ = ["AUGMENTATIONS", "apply", "draw", "register_augmentation"]
__all__ += ["codec", "noise", "resampled", "telephone", "trim"]
