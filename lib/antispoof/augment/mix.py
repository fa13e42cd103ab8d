"""A moderate mix of the others, for a detector that is used elsewhere."""

from antispoof.augment.registry import Array, Rng, apply, register_augmentation

# In the order in which they happen to a clip: speech, room, microphone, channel. Each
# degrades a minority of the clips: a small CNN learnt nothing where half of them were
# degraded strongly.
PROBABILITIES = {
    "trim": 0.5,
    "crop": 1.0,
    "room": 0.15,
    "equalizer": 0.25,
    "band": 0.15,
    "noise": 0.3,
    "rawboost": 0.1,
    "gain": 0.25,
    "resampled": 0.1,
    "codec": 0.3,
}


@register_augmentation("mix", title="moderate mix", probability=1.0)
def mix(
    x: Array, rng: Rng, *, probabilities: dict[str, float] = PROBABILITIES
) -> Array:
    """Apply several augmentations; never longer than before.

    Masks are for features, not for waveforms: name them beside it.

    Parameters
    ----------
    probabilities : registered name -> its probability, in the order of application.
    """
    for name, probability in probabilities.items():
        x = apply([name], x, rng, probability)
    return x
