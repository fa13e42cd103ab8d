"""Augmentations: ``registry`` says what one is, the other modules have those built in.

``transmission`` and ``recording`` register transforms, ``conditions`` fixes their
parameters for measuring robustness.
"""

from antispoof.augment import recording, transmission  # for their registration
from antispoof.augment.registry import AUGMENTATIONS, apply, draw, register_augmentation

__all__ = ["AUGMENTATIONS", "apply", "draw", "register_augmentation"]
__all__ += ["recording", "transmission"]
