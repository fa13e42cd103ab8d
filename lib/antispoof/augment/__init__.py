"""Augmentations: ``registry`` says what one is, every other module has one.

What a model is trained with also measures its robustness: an augmentation registers its
``conditions``, which are fixed parameters by name.
"""
# ruff: noqa: I001

from antispoof.augment import band, codec, crop, equalizer, gain, masks, mix, noise
from antispoof.augment import rawboost, resampled, room, telephone, trim
from antispoof.augment.registry import AUGMENTATIONS, apply, draw, register_augmentation
