"""RawBoost (Tak et al., ICASSP 2022, arXiv 2111.04433): nuisances of a telephone line.

The algorithms are named as the sections of the paper that describe them. Values that
are not parameters are those of its experiments.
"""

import numpy as np

from antispoof.augment.noise import add
from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

ALGORITHMS = ["convolutive", "impulsive", "stationary", "convolutive+impulsive"]


@register_augmentation("rawboost", title="RawBoost")
def rawboost(x: Array, rng: Rng, *, algorithms: Drawn = ALGORITHMS) -> Array:
    """Apply algorithms one after the other; the length stays.

    As in the paper, a result beyond full scale is scaled down.

    Parameters
    ----------
    algorithms : names joined by ``+``.
    """
    steps = {"convolutive": convolutive, "impulsive": impulsive}
    steps["stationary"] = stationary
    for name in draw(rng, algorithms).split("+"):
        x = steps[name](x, rng)
        x = x / max(1, np.abs(x).max())
    return x.astype(np.float32)


def convolutive(x: Array, rng: Rng, *, n_powers: int = 5) -> Array:
    """Section *Linear and non-linear convolutive noise*: filtered powers, summed.

    Each power of the signal passes a filter of its own. The powers from the second on
    are 5 to 20 dB lower, and give a tone harmonics, as amplifiers do.
    """
    total, power = _filter(x, rng), x
    for _ in range(n_powers - 1):
        power = power * x
        total += np.float32(10 ** (rng.uniform(-20, -5) / 20)) * _filter(power, rng)
    return total - total.mean()


def impulsive(
    x: Array, rng: Rng, *, share: Drawn = (0.0, 0.1), gain: float = 2.0
) -> Array:
    """Section *Impulsive signal-dependent additive noise*: clipping, quantisation.

    A share of the samples change, each by at most `gain` times its own value.
    """
    n = int(draw(rng, share) * len(x))
    factors = np.ones(len(x))
    where = rng.choice(len(x), n, replace=False)
    factors[where] += gain * rng.uniform(-1, 1, n) * rng.uniform(-1, 1, n)
    return x * factors


def stationary(x: Array, rng: Rng, *, snr_db: Drawn = (10.0, 40.0)) -> Array:
    """Section *Stationary signal-independent additive noise*: filtered white noise."""
    return add(x, _filter(rng.standard_normal(len(x)), rng), draw(rng, snr_db))


def _filter(x: Array, rng: Rng) -> Array:
    """Pass five random notches, one after the other; the largest gain is 1."""
    from scipy.signal import firwin, oaconvolve

    taps = np.ones(1)
    for _ in range(5):
        half = rng.uniform(100, 1_000) / 2  # Hz, as the centre
        edges = rng.uniform(20, 8_000) + np.array([-half, half])
        edges = np.clip(edges, 1, SAMPLE_RATE / 2 - 1)
        taps = np.convolve(taps, firwin(2 * rng.integers(5, 51) + 1, edges, fs=16_000))
    taps /= np.abs(np.fft.rfft(taps, 2_048)).max()
    return oaconvolve(x.astype(np.float32), taps.astype(np.float32), "same")
