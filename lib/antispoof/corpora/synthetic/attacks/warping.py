"""M11: voice conversion, one speaker's melody through another one's vocal tract."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from antispoof.corpora.synthetic.frames import istft, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 512, 128
_N_COEFFICIENTS = 28


def tract_warping(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """The spectral envelope stretched or pressed by 8 to 18 % and, as a statistical
    mapping does, smoothed over 14 to 22 ms; the fine structure is kept.
    """
    x = performance.waveform
    spectra = stft(x, n_fft=_N_FFT, hop=_HOP)
    cepstra = np.fft.irfft(np.log(np.abs(spectra) + 1e-4), axis=1)
    cepstra[:, _N_COEFFICIENTS : 1 - _N_COEFFICIENTS] = 0
    envelope = np.fft.rfft(cepstra, axis=1).real
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.08, 0.17))
    bins = np.arange(envelope.shape[1])
    wanted = np.minimum(bins * factor, bins[-1])
    low = np.minimum(wanted.astype(int), bins[-1] - 1)
    part = wanted - low
    warped = envelope[:, low] * (1 - part) + envelope[:, low + 1] * part
    width = rng.uniform(0.014, 0.022) * 16_000 / _HOP
    warped = gaussian_filter1d(warped, width, axis=0)
    return istft(spectra * np.exp(warped - envelope), hop=_HOP, length=len(x))
