"""M09: a homomorphic vocoder, minimum-phase responses set off at every period."""

from __future__ import annotations

import numpy as np

from antispoof.corpora.synthetic.attacks.excitation import pulse_train
from antispoof.corpora.synthetic.frames import filter_by_frames, stft
from antispoof.corpora.synthetic.performance import Performance

_N_FFT, _HOP = 2048, 320


def cepstral_vocoder(performance: Performance, rng: np.random.Generator) -> np.ndarray:
    """Oppenheim's vocoder (1969): the low 30 to 44 cepstral coefficients, folded to
    minimum phase, filter pulses or noise.
    """
    x = performance.waveform
    n_coefficients = int(rng.integers(30, 45))
    shifted = np.concatenate([x[_HOP // 2 :], np.zeros(_HOP // 2)])
    spectra = stft(shifted, n_fft=_N_FFT // 2, hop=_HOP)[: len(x) // _HOP]
    power = np.abs(spectra) ** 2 / (0.375 * _N_FFT / 2)
    cepstra = np.fft.irfft(0.5 * np.log(power + 1e-10), axis=1)
    # The mean of a noise's log spectrum lies 2.5 dB below the log of its mean.
    cepstra[:, 0] += 0.288
    folded = np.zeros((len(cepstra), _N_FFT))
    folded[:, 0] = cepstra[:, 0]
    folded[:, 1:n_coefficients] = 2 * cepstra[:, 1:n_coefficients]
    responses = np.exp(np.fft.rfft(folded, axis=1))
    excitation = np.where(
        performance.voiced,
        pulse_train(performance.closures, len(x)),
        rng.standard_normal(len(x)),
    )
    return filter_by_frames(excitation, responses, hop=_HOP)
