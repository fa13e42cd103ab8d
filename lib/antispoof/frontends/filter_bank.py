"""What the spectral front-ends share: a spectrogram read through triangular filters.

Waveform -> power spectrogram -> bands -> decibels -> zero mean, unit variance.
Each stage is a method, so that a chapter can stop and look. The filters are triangles
without area normalisation, as torchaudio's ``MelSpectrogram`` and ``LFCC`` have them by
default; decibels are ``librosa.power_to_db`` with ``top_db``.

On a CPU this is limited by memory bandwidth: every stage reads its numbers as few times
as possible, a band reads only the frequencies where its filter is not zero, and the
zeros that pad a short clip are not transformed.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import SimpleNamespace
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError

AMIN = 1e-10  # smallest power; smaller ones give the same decibels
# dB; smallest standard deviation that is divided by. What varies less is rounding.
STD_FLOOR = 0.01
# Bands per matrix product: few enough to skip most zeros of the filter bank, enough
# that the product is efficient.
BANDS_AT_ONCE = 16


class FilterBank(nn.Module, ABC):
    """Levels in bands: (batch, n_samples) -> (batch, 1, n_bands, n_frames).

    A subclass says with :meth:`corners` where the filters are.

    Parameters
    ----------
    changed : settings that differ from `defaults`: ``n_bands`` between 0 Hz and half
        the ``sample_rate``; ``n_samples`` that every clip is cut to, or filled up to
        with zeros on the right; ``n_fft``, ``win_length`` and ``hop_length`` in
        samples; ``top_db``, the range kept below each clip's loudest point.

    Attributes
    ----------
    row_frequencies : (n_rows,) centre frequency of each band in Hz.

    Raises
    ------
    ParameterError
        If a setting is unknown or not positive, or the window is longer than the frame.
    """

    defaults: ClassVar[dict[str, float]] = {
        "sample_rate": SAMPLE_RATE,
        "n_samples": 64_000,
        "n_fft": 512,
        "win_length": 400,
        "hop_length": 160,
        "n_bands": 64,
        "top_db": 80.0,
    }
    _window_function = staticmethod(torch.hann_window)
    normalized_axes: tuple[int, ...] = (-1, -2)  # mean 0 and variance 1 over these

    def __init__(self, **changed: float) -> None:
        super().__init__()
        self.settings = self.defaults | changed
        for name, value in self.settings.items():
            if name not in self.defaults or value <= 0:
                accepted = f"positive {', '.join(self.defaults)}"
                raise ParameterError(f"{name}={value}; accepted: {accepted}")
        use = SimpleNamespace(**self.settings)
        if use.win_length > use.n_fft:
            raise ParameterError(
                f"win_length={use.win_length} must be at most n_fft={use.n_fft}"
            )
        if use.n_samples <= use.n_fft // 2:
            raise ParameterError(f"n_samples={use.n_samples} must be above n_fft/2")
        self.n_samples, self.hop_length = use.n_samples, use.hop_length
        self.n_fft, self.top_db = use.n_fft, use.top_db
        margin = use.n_fft - use.win_length
        window = functional.pad(
            self._window_function(use.win_length), (margin // 2, margin - margin // 2)
        )
        self.register_buffer("window", window, persistent=False)
        highest, n_freqs = use.sample_rate / 2, use.n_fft // 2 + 1
        frequencies = torch.linspace(0, highest, n_freqs, dtype=torch.float64)
        corners = self.corners(use.n_bands, highest)
        self.row_frequencies = corners[1:-1].numpy()
        self.register_buffer(
            "filters", triangles(frequencies, corners), persistent=False
        )
        self.bands = list(_nonzero_ranges(self.filters))

    @staticmethod
    @abstractmethod
    def corners(n_bands: int, highest: float) -> Tensor:
        """(n_bands + 2,) float64 Hz, from 0 to `highest`; band i has its peak at i + 1.

        It falls to 0 at its neighbours' peaks.
        """

    @property
    def shape(self) -> tuple[int, int, int]:
        """(1, n_rows, n_frames) of one clip."""
        n_frames = 1 + self.n_samples // self.hop_length
        return 1, len(self.row_frequencies), n_frames

    def power_spectrogram(self, waveform: Tensor) -> Tensor:
        """Power spectrogram: (batch, n) -> (batch, n_fft // 2 + 1, n_frames)."""
        half = self.n_fft // 2
        before = waveform[..., 1 : half + 1].flip(-1)
        after = waveform[..., -half - 1 : -1].flip(-1)
        padded = torch.cat((before, waveform, after), -1)
        frames = padded.unfold(-1, self.n_fft, self.hop_length) * self.window
        squares = torch.view_as_real(torch.fft.rfft(frames)).square_()
        return (squares[..., 0] + squares[..., 1]).transpose(-1, -2)

    def apply_filters(self, power: Tensor) -> Tensor:
        """Bands: (batch, n_freqs, n_frames) -> (batch, n_bands, n_frames)."""
        frames = power.transpose(-1, -2)
        rows = frames.reshape(-1, frames.shape[-1])
        found = torch.cat(
            [rows[:, freqs] @ self.filters[freqs, some] for some, freqs in self.bands],
            -1,
        )
        return found.unflatten(0, frames.shape[:-1]).transpose(-1, -2)

    def power_to_db(self, power: Tensor) -> Tensor:
        """Decibels, floored `top_db` below each clip's maximum; same shape."""
        peak = power.amax((-1, -2), keepdim=True)
        floor = (peak * 10 ** (-self.top_db / 10)).clamp(min=AMIN)
        return torch.maximum(power, floor).log10().mul_(10.0)

    def normalize(self, level: Tensor) -> Tensor:
        """Zero mean and unit variance over `normalized_axes`; a constant becomes 0."""
        centred = level - level.mean(self.normalized_axes, keepdim=True)
        deviation = centred.square().mean(self.normalized_axes, keepdim=True).sqrt()
        return centred / deviation.clamp(min=STD_FLOOR)

    def decibels(self, waveform: Tensor) -> Tensor:
        """(batch, n) -> (batch, n_bands, n_frames) dB, of any n from 1 on."""
        sound = waveform[..., : self.n_samples]
        n = sound.shape[-1]
        # One frame after its end a padded clip is silent: its bands are set to 0 below.
        n_used = min(n + self.n_fft, self.n_samples)
        if n_used > n:
            sound = functional.pad(sound, (0, n_used - n))
        power = self.apply_filters(self.power_spectrogram(sound))
        return self.power_to_db(
            functional.pad(power, (0, self.shape[-1] - power.shape[-1]))
        )

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n) -> (batch, 1, n_bands, n_frames), of any n from 1 on."""
        return self.normalize(self.decibels(waveform)).unsqueeze(1)


def triangles(frequencies: Tensor, corners: Tensor) -> Tensor:
    """(n_freqs, n_bands) float32 weights of triangles between neighbouring corners.

    Equal to ``torchaudio.functional.melscale_fbanks`` and ``linear_fbanks``,
    re-implemented because each torchaudio release works with one version of PyTorch
    only.
    """
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    rising = (frequencies[:, None] - left) / (centre - left)
    falling = (right - frequencies[:, None]) / (right - centre)
    return torch.minimum(rising, falling).clamp(min=0).float()


def _nonzero_ranges(filters: Tensor) -> Iterator[tuple[slice, slice]]:
    """Groups of bands, and for each the range of frequencies with nonzero weights."""
    n_bands = filters.shape[1]
    for first in range(0, n_bands, BANDS_AT_ONCE):
        bands = slice(first, min(first + BANDS_AT_ONCE, n_bands))
        used = filters[:, bands].any(1).nonzero().flatten().tolist()
        yield bands, slice(used[0], used[-1] + 1) if used else slice(0, 1)
