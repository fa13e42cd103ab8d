"""Losses: what a training minimises, and the last layer that it needs.

A new loss is one file with ``@register_loss`` and one import here (or a plugin).
"""

from antispoof.losses.am_softmax import AMSoftmax
from antispoof.losses.cross_entropy import CrossEntropy
from antispoof.losses.heads import CosineHead, set_head
from antispoof.losses.oc_softmax import OCSoftmax
from antispoof.losses.registry import LOSSES, register_loss
