"""A telephone line: a narrow band and a codec of telephony."""

from antispoof.augment.band import band
from antispoof.augment.codec import codec
from antispoof.augment.registry import Array, Drawn, Rng, register_augmentation

LOW, HIGH = (200.0, 400.0), (3_200.0, 3_600.0)  # Hz
LINES = ["alaw", "mulaw", "amr_nb"]  # land lines of Europe and of America, mobile
CONDITIONS = {
    "telephone": {"low": 300.0, "high": 3_400.0, "encoding": "alaw"},
    "mobile telephone": {"low": 300.0, "high": 3_400.0, "encoding": "amr_nb"},
}


@register_augmentation("telephone", title="telephone line", conditions=CONDITIONS)
def telephone(
    x: Array, rng: Rng, *, low: Drawn = LOW, high: Drawn = HIGH, encoding: Drawn = LINES
) -> Array:
    """Pass a band and code it at 8 kHz; back to 16 kHz.

    Parameters
    ----------
    low, high : Hz, ends of the band; 300 to 3400 in ITU-T G.712.
    encoding : as of ``codec``.
    """
    narrow = band(x, rng, kind="bandpass", low=low, high=high)
    return codec(narrow, rng, encoding=encoding)
