"""Silence at both ends, which gives away many synthesisers."""

from antispoof.audio import silence
from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

CONDITIONS = {"silence trimmed": {"kept": 0.0}}


@register_augmentation("trim", title="silence trimmed", conditions=CONDITIONS)
def trim(x: Array, rng: Rng, *, kept: Drawn = (0.0, 0.1)) -> Array:
    """Cut off leading and trailing silence.

    Parameters
    ----------
    kept : seconds of silence that stay at each end, drawn for each end.
    """
    before, after = (round(draw(rng, kept) * SAMPLE_RATE) for _ in range(2))
    return silence.trim(x, before, after)
