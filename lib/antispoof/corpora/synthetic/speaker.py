"""A simulated speaker: what stays the same over all that one person says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antispoof.corpora.synthetic.recording import Place, draw_place


@dataclass(frozen=True)
class Speaker:
    """Voice, habits and place of one person."""

    f0: float  # Hz, median
    f0_range: float  # width of the intonation, in natural log units
    formant_scale: float  # 1 = adult male vocal tract; shorter tract, larger scale
    formant_shifts: np.ndarray  # (5,) personal factor on each formant
    open_quotient: float  # share of a cycle with the glottis open
    tilt: float  # Hz, above which the source falls by further 6 dB an octave
    breathiness: float  # turbulence at the glottis, relative to the pulses
    jitter: float  # standard deviation of a period, relative
    shimmer: float  # standard deviation of a pulse's amplitude, relative
    tempo: float  # factor on the speed of speaking
    sibilance: float  # factor on the loudness of fricatives
    place: Place


def draw_speaker(rng: np.random.Generator) -> Speaker:
    """Draw a speaker; about half have a long (male) vocal tract, half a short one."""
    short_tract = rng.random() < 0.5
    return Speaker(
        f0=float(
            np.exp(rng.normal(np.log(205), 0.10))
            if short_tract
            else np.exp(rng.normal(np.log(118), 0.12))
        ),
        f0_range=rng.uniform(0.15, 0.35),
        formant_scale=rng.uniform(1.10, 1.22)
        if short_tract
        else rng.uniform(0.94, 1.06),
        formant_shifts=np.exp(rng.normal(0, 0.03, 5)),
        open_quotient=rng.uniform(0.5, 0.75),
        tilt=float(np.exp(rng.uniform(np.log(2500), np.log(8000)))),
        breathiness=float(np.exp(rng.uniform(np.log(0.01), np.log(0.06)))),
        jitter=rng.uniform(0.004, 0.014),
        shimmer=rng.uniform(0.02, 0.08),
        tempo=rng.uniform(0.88, 1.15),
        sibilance=rng.uniform(0.7, 1.3),
        place=draw_place(rng),
    )
