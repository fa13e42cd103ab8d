"""Does the detector know such clips? What the clips of its calibration are like.

Three things of a clip are compared with the clips that the detector was calibrated on:
how far its representation lies from the training clips, how much sound there is above
4.5 kHz, and the lowest score of any of its windows. Each comparison is a conformal
p-value: the share of calibration clips (every source with the same weight) that are at
least as unusual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from safetensors.numpy import load, save

from antispoof.calibration import source_weights
from antispoof.constants import SAMPLE_RATE

ALPHA = 0.025  # share of the calibration clips that each of two tests finds unusual
ALPHA_PARTS = 0.05  # share of real clips of which a part is called unlike a real voice
N_FFT, HOP = 512, 256  # samples
HIGH, ALL = (slice(f * N_FFT // SAMPLE_RATE, None) for f in (4_500, 100))  # Hz
FLOOR = 1e-12  # of a power; the square of half a step of 20 bits


@dataclass(frozen=True, eq=False)
class Reference:
    """A property of the calibration clips: sorted values, and the weight up to each."""

    values: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, values: Sequence[float], sources: Sequence[str]) -> Reference:
        """From one value a clip; within the whole every source weighs the same."""
        order = np.argsort(values)
        weights = np.cumsum(source_weights(sources)[order])
        return cls(np.asarray(values, float)[order], weights)

    def p_value(self, value: float) -> float:
        """Share of the clips whose value is not above; the clip itself is one more."""
        n = len(self.values)
        rank = np.searchsorted(self.values, value, side="right")
        below = self.weights[rank - 1] if rank else 0.0
        return float((n * below + 1) / (n + 1))


@dataclass(frozen=True, eq=False)
class Domain:
    """The calibration clips, as a new clip is compared with them.

    Attributes
    ----------
    closeness : minus the distance from the training clips, see ``Probe.distance``.
    high_band : level above 4.5 kHz, see :func:`high_band_level`.
    windows : scores of the windows of real clips.
    """

    closeness: Reference
    high_band: Reference
    windows: Reference

    def reason(self, distance: float, high_band: float) -> str | None:
        """Why a clip is unlike those of the calibration; None if it is like them."""
        if self.closeness.p_value(-distance) <= ALPHA:
            return (
                "it differs too much from the speech that the detector knows, as noise,"
                " music and telephone lines do"
            )
        if self.high_band.p_value(high_band) <= ALPHA:
            return "it has almost no sound above 4.5 kHz, as after a telephone line"
        return None

    def unlike_real(self, scores: np.ndarray) -> np.ndarray:
        """(n,) bool: windows too low for a real clip of so many (Bonferroni)."""
        p = np.array([self.windows.p_value(score) for score in scores])
        return p * len(scores) <= ALPHA_PARTS

    def to_bytes(self) -> bytes:
        """All references as a safetensors file; :meth:`from_bytes` reads it."""
        arrays = {
            f"{name}.{part}": getattr(reference, part).astype(np.float32)
            for name, reference in vars(self).items()
            for part in ("values", "weights")
        }
        return save(arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Domain:
        """The inverse of :meth:`to_bytes`.

        Raises
        ------
        KeyError, ValueError, SafetensorError
            If it is damaged.
        """
        arrays = load(content)
        parts = {
            name: [arrays[f"{name}.{part}"] for part in ("values", "weights")]
            for name in cls.__dataclass_fields__
        }
        if any(
            a.ndim != 1 or a.shape != b.shape or not a.size for a, b in parts.values()
        ):
            raise ValueError("values and weights of the domain have other shapes")
        return cls(**{name: Reference(*pair) for name, pair in parts.items()})


def band_powers(waveform: np.ndarray) -> np.ndarray:
    """(2,) power above 4.5 kHz and of everything, summed over the frames of a clip.

    Parameters
    ----------
    waveform : (n,) at 16 kHz, or a part of a clip; the sums of parts add up.
    """
    padded = np.pad(waveform, (0, max(0, N_FFT - len(waveform))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(N_FFT)))).sum(0)
    return np.array([power[HIGH].sum(), power[ALL].sum()])


def high_band_level(powers: np.ndarray) -> float:
    """Level above 4.5 kHz in dB relative to the whole, from :func:`band_powers`."""
    high, everything = powers + FLOOR
    return float(10 * np.log10(high / everything))
