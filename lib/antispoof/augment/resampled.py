"""Other sample rates."""

from antispoof.audio import resample
from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

RATES = [8_000, 11_025, 12_000, 22_050]  # Hz
CONDITIONS = {
    f"{rate / 1000:g} kHz and back": {"sample_rate": rate} for rate in (44_100, 8_000)
}


@register_augmentation("resampled", title="resampled", conditions=CONDITIONS)
def resampled(x: Array, rng: Rng, *, sample_rate: Drawn = RATES) -> Array:
    """Resample to another rate and back to 16 kHz; one sample longer at most.

    Parameters
    ----------
    sample_rate : Hz; below 16 kHz the upper band is lost.
    """
    rate = draw(rng, sample_rate)
    return resample(resample(x, SAMPLE_RATE, rate), rate, SAMPLE_RATE)
