"""The front-end of ``examples/dynamics.py`` equals NumPy and SciPy."""

from importlib import import_module
from pathlib import Path

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import dct


def test_one_resolution(registries, monkeypatch):
    """Frames of 512 samples; the quiet ones are not used."""
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[1])
    front_end = import_module("examples.dynamics").Dynamics()
    x = np.random.default_rng(0).standard_normal(64_000).astype(np.float32)
    x[20_000:40_000] *= 0.01
    frames = sliding_window_view(x / np.abs(x).max(), 512)[::160] * np.hanning(512)
    distance = np.abs(np.arange(257)[:, None] * 31.25 - (np.arange(60) + 0.5) * 350 / 3)
    bank = np.clip(1 - distance / (350 / 3), 0, None)
    bands = np.abs(np.fft.rfft(frames)) ** 2 @ (bank / bank.sum(0))
    loud = bands.sum(1) > np.quantile(bands.sum(1), 0.4)
    cepstra = dct(np.log(bands + 1e-9), norm="ortho")[:, :40]
    change = np.diff(cepstra, axis=0)[loud[1:]]
    found = front_end(torch.from_numpy(x)[None])[0, 0, 10].numpy()
    np.testing.assert_allclose(found, np.log(change.std(0) + 1e-4), atol=1e-3)
    assert front_end(torch.zeros(2, 9)).isfinite().all()
