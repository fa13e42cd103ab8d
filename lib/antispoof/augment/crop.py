"""A part of a clip, so that a model cannot rely on how clips begin."""

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE


@register_augmentation("crop", title="random crop")
def crop(x: Array, rng: Rng, *, seconds: Drawn = 4.0, cut: Drawn = 0.5) -> Array:
    """Begin at a random sample.

    Parameters
    ----------
    seconds : longest result; a longer clip begins anywhere where this much remains.
    cut : largest number of seconds cut off another clip, and at most a quarter of it.
    """
    wanted = max(1, round(draw(rng, seconds) * SAMPLE_RATE))
    cut = min(round(draw(rng, cut) * SAMPLE_RATE), len(x) // 4)
    start = draw(rng, (0, max(len(x) - wanted, cut)))
    return x[start : start + wanted]
