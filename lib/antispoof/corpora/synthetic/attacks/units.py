"""M04: the sentence put together from pieces of other sentences."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import get_window

from antispoof.corpora.synthetic.frames import mel_bank, overlap_add
from antispoof.corpora.synthetic.performance import Performance, perform
from antispoof.corpora.synthetic.phones import draw_sentence

_SIZE = 1280  # samples of a unit, half of which overlap the next
_SECONDS = 4.0  # of other speech to take units from
_N_BANDS = 24


def unit_concatenation(
    performance: Performance, rng: np.random.Generator
) -> np.ndarray:
    """Each 80 ms are replaced by the unit nearest in spectrum among several seconds
    of other speech by the same speaker, faded into its neighbours: unit selection
    (Hunt and Black, 1996) that minds the target and forgets the joins.
    """
    x, hop = performance.waveform, _SIZE // 2
    other = perform(draw_sentence(rng, seconds=_SECONDS), performance.speaker, rng)
    padded = np.pad(x, (hop, _SIZE + hop))
    wanted = sliding_window_view(padded, _SIZE)[::hop]
    units = sliding_window_view(np.pad(other.waveform, _SIZE), _SIZE)[:: hop // 4]
    targets, candidates = _timbre(wanted), _timbre(units)
    distances = np.mean((targets[:, None] - candidates[None]) ** 2, axis=2)
    chosen = units[np.argmin(distances, axis=1)]
    energies = [np.mean(frames**2, axis=1) + 1e-12 for frames in (wanted, chosen)]
    gains = np.sqrt(np.minimum(energies[0] / energies[1], 10.0))[:, None]
    glued = overlap_add(chosen * gains * get_window("hann", _SIZE), hop=hop)
    return glued[hop:][: len(x)]


def _timbre(frames: np.ndarray) -> np.ndarray:
    """Levels of mel bands in dB, with a floor, of each row."""
    spectra = np.fft.rfft(frames * get_window("hann", _SIZE), axis=1)
    bank = mel_bank(_N_BANDS, _SIZE)
    return 10 * np.log10(np.einsum("ti,bi->tb", np.abs(spectra) ** 2, bank) + 1e-4)
