"""Masks of SpecAugment (Park et al., Interspeech 2019, section 2).

A mask sets a band of rows, or a stretch of frames, to 0, the mean of normalised
features. Masks may overlap.
"""

from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation


@register_augmentation("frequency_mask", title="frequency masks", on="features")
def frequency_mask(
    x: Array, rng: Rng, *, n_masks: Drawn = (1, 2), largest: Drawn = 0.2
) -> Array:
    """Mask rows of features (1, n_rows, n_frames).

    Parameters
    ----------
    n_masks : number of masks.
    largest : share of the rows that one mask covers at most; its width is drawn.
    """
    masked, n_rows = x.copy(), x.shape[1]
    for _ in range(draw(rng, n_masks)):
        width = draw(rng, (0, int(draw(rng, largest) * n_rows)))
        start = draw(rng, (0, n_rows - width))
        masked[:, start : start + width] = 0
    return masked


@register_augmentation("time_mask", title="time masks", on="features")
def time_mask(
    x: Array, rng: Rng, *, n_masks: Drawn = (1, 2), largest: Drawn = 0.2
) -> Array:
    """Mask frames; otherwise as ``frequency_mask``."""
    turned = frequency_mask(x.swapaxes(1, 2), rng, n_masks=n_masks, largest=largest)
    return turned.swapaxes(1, 2)
