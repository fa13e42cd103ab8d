"""A voice: glottal pulses and noise through moving formants, to a dry waveform.

A cascade formant synthesiser after Klatt (1980), its pulse shape after Klatt and
Klatt (1990): the flow's derivative rises, falls to a sharp closure, and rests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter, resample_poly

from antispoof.constants import SAMPLE_RATE
from antispoof.corpora.synthetic.frames import filter_by_frames
from antispoof.corpora.synthetic.gestures import FRAMES_PER_SECOND, Tracks
from antispoof.corpora.synthetic.speaker import Speaker

SAMPLES_PER_FRAME = SAMPLE_RATE // FRAMES_PER_SECOND

_OVERSAMPLING = 4  # keeps the closure's images out of the audible band
_N_FFT = 1024
_FIXED = np.array([[5500.0, 6500.0], [600.0, 900.0]])  # Hz: sixth, seventh; widths


@dataclass(frozen=True)
class Voiced:
    """A dry waveform and the times (in samples) at which the glottis closed."""

    waveform: np.ndarray
    closures: np.ndarray


def speak(
    tracks: Tracks, speaker: Speaker, rng: np.random.Generator, *, steady: bool = False
) -> Voiced:
    """Speak `tracks` with the voice of `speaker`.

    Parameters
    ----------
    tracks
        The movements.
    speaker
        The voice's constants.
    rng
        Stream for the noises, the jitter and the shimmer.
    steady
        Without jitter, shimmer and changes of voice quality, as a machine speaks.

    Returns
    -------
    Voiced
        Waveform of ``n_frames * 80`` samples, 16 kHz, no fixed level.
    """
    n_samples = len(tracks.f0) * SAMPLES_PER_FRAME
    irregularity = 0.0 if steady else 1.0
    phase, closures = _glottal_phase(tracks.f0, speaker, rng, irregularity)
    cycle = phase.astype(int)
    n_cycles = cycle[-1] + 2
    shimmer = np.exp(rng.standard_normal(n_cycles) * speaker.shimmer * irregularity)
    quotient = speaker.open_quotient * np.exp(
        np.cumsum(rng.standard_normal(n_cycles)) * 0.01 * irregularity
    )
    quotient = np.clip(quotient, 0.35, 0.9)
    position = (phase - cycle) / quotient[cycle]
    pulses = np.where(position < 1, 2 * position - 3 * position**2, 0.0)
    pulses = resample_poly(pulses * shimmer[cycle], 1, _OVERSAMPLING)[:n_samples]
    openness = np.where(position < 1, position * (1 - position) * 4, 0.0)
    openness = openness[::_OVERSAMPLING]

    pole = np.exp(-2 * np.pi * speaker.tilt / SAMPLE_RATE)
    pulses = lfilter([1 - pole], [1, -pole], pulses)

    voicing = _to_samples(tracks.voicing)
    turbulence = rng.standard_normal(n_samples)
    breath = speaker.breathiness * voicing * (0.3 + openness)
    source = voicing * pulses
    source += turbulence * (breath + 0.15 * _to_samples(tracks.aspiration))
    fixed = np.broadcast_to(_FIXED, (len(tracks.f0), 2, 2))
    responses = _resonances(
        np.hstack([tracks.formants, fixed[:, 0] * speaker.formant_scale]),
        np.hstack([tracks.bandwidths, fixed[:, 1]]),
    )
    speech = filter_by_frames(source, responses, hop=SAMPLES_PER_FRAME)
    hiss = rng.standard_normal(n_samples) * _to_samples(tracks.frication)
    responses = _constriction(tracks.noise_centre, tracks.noise_bandwidth)
    speech += 0.25 * filter_by_frames(hiss, responses, hop=SAMPLES_PER_FRAME)
    return Voiced(speech, closures)


def _to_samples(track: np.ndarray) -> np.ndarray:
    """A frame track, linearly between the middles of its frames."""
    n_samples = len(track) * SAMPLES_PER_FRAME
    at = (np.arange(n_samples) + 0.5) / SAMPLES_PER_FRAME - 0.5
    return np.interp(at, np.arange(len(track)), track)


def _glottal_phase(f0, speaker, rng, irregularity):
    """Cycles since the start, oversampled, and the closures in samples at 16 kHz."""
    step = np.repeat(_to_samples(f0), _OVERSAMPLING) / (SAMPLE_RATE * _OVERSAMPLING)
    even = np.cumsum(step)
    n_cycles = int(even[-1])
    ticks = np.arange(len(even), dtype=float)
    starts = np.interp(np.arange(n_cycles + 1), even, ticks)
    periods = np.diff(starts, append=starts[-1] + 1 / step[-1])
    starts += (
        rng.standard_normal(n_cycles + 1) * periods * speaker.jitter * irregularity
    )
    starts[0] = 0.0
    after = starts[-1] + periods[-1]
    phase = np.interp(ticks, [*starts, after], np.arange(n_cycles + 2))
    closures = np.interp(np.arange(n_cycles) + speaker.open_quotient, phase, ticks)
    return phase, closures / _OVERSAMPLING


def _resonances(frequencies: np.ndarray, bandwidths: np.ndarray) -> np.ndarray:
    """Responses of resonators in a row, each of gain 1 at 0 Hz: (n_frames, n_bins)."""
    a1, a2 = _poles(frequencies, bandwidths)
    n_frames, n_resonators = frequencies.shape
    denominator = np.zeros((n_frames, 2 * n_resonators + 1))
    denominator[:, 0] = 1.0
    for k in range(n_resonators):
        shorter = denominator.copy()
        denominator[:, 1:] += a1[:, k, None] * shorter[:, :-1]
        denominator[:, 2:] += a2[:, k, None] * shorter[:, :-2]
    gain = np.prod(1 + a1 + a2, axis=1)[:, None]
    return gain / np.fft.rfft(denominator, _N_FFT, axis=1)


def _constriction(centres: np.ndarray, bandwidths: np.ndarray) -> np.ndarray:
    """Responses of one band pass of peak 1: (n_frames, n_bins)."""
    a1, a2 = _poles(centres, bandwidths)
    gain = 0.5 * (1 - a2)
    numerator = np.stack([gain, np.zeros_like(gain), -gain], axis=1)
    denominator = np.stack([np.ones_like(a1), a1, a2], axis=1)
    return np.fft.rfft(numerator, _N_FFT, axis=1) / np.fft.rfft(
        denominator, _N_FFT, axis=1
    )


def _poles(frequencies: np.ndarray, bandwidths: np.ndarray):
    """Coefficients a1, a2 of second-order resonators."""
    radius = np.exp(-np.pi * bandwidths / SAMPLE_RATE)
    return -2 * radius * np.cos(2 * np.pi * frequencies / SAMPLE_RATE), radius**2
