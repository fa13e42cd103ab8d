"""Vocoders without weights: WORLD and Griffin-Lim."""

import numpy as np

from antispoof.constants import SAMPLE_RATE
from antispoof.synthesis.registry import register_engine

N_FFT, HOP, N_MELS, N_ITERATIONS = 1024, 256, 80, 32  # of Griffin-Lim


@register_engine("world", title="WORLD", kind="vocoder", needs="pyworld")
def world(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """WORLD: pitch, spectral envelope and aperiodicity every 5 ms; up to 5 ms longer.

    Morise, Yokomori and Ozawa, IEICE Transactions E99-D(7), 2016. Pitch by DIO and
    StoneMask: Harvest takes twenty times as long. The package ``pyworld-prebuilt`` has
    the module ``pyworld`` compiled.
    """
    import pyworld

    x = waveform.astype(np.float64)
    f0, times = pyworld.dio(x, SAMPLE_RATE)
    f0 = pyworld.stonemask(x, f0, times, SAMPLE_RATE)
    envelope = pyworld.cheaptrick(x, f0, times, SAMPLE_RATE)
    aperiodicity = pyworld.d4c(x, f0, times, SAMPLE_RATE)
    return pyworld.synthesize(f0, envelope, aperiodicity, SAMPLE_RATE)


@register_engine("griffinlim", title="Griffin-Lim", kind="vocoder", needs="librosa")
def griffinlim(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Griffin-Lim: from 80 mel bands, by a pseudo-inverse, and random phases.

    Griffin and Lim, IEEE TASSP 32(2), 1984; its fast version: Perraudin, Balazs and
    Søndergaard, WASPAA 2013.
    """
    import librosa

    x = np.pad(waveform, (0, max(0, N_FFT - len(waveform))))
    magnitude = np.abs(librosa.stft(x, n_fft=N_FFT, hop_length=HOP))
    mel = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=N_MELS)
    magnitude = np.maximum(np.linalg.pinv(mel) @ (mel @ magnitude), 0)
    options = {"hop_length": HOP, "length": len(x), "n_iter": N_ITERATIONS}
    seed = int(rng.integers(2**31))
    return librosa.griffinlim(magnitude, random_state=seed, **options)
