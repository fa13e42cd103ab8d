"""The thesis's input: a log-mel spectrogram, normalised clip by clip.

Waveform -> power spectrogram -> mel bands -> decibels -> zero mean, unit variance.
Each stage is a method, so that a chapter can stop and look. The filter bank is
triangular on the HTK mel scale without area normalisation, as torchaudio's
``MelSpectrogram`` has it by default and ``librosa.filters.mel(htk=True, norm=None)``
makes it; decibels are ``librosa.power_to_db`` with ``top_db``.

On a CPU this is limited by memory bandwidth: every stage reads its numbers as few times
as possible, a mel band reads only the frequencies where its filter is not zero, and the
zeros that pad a short clip are not transformed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError
from antispoof.frontends.registry import register_frontend

AMIN = 1e-10  # smallest power; smaller ones give the same decibels
STD_FLOOR = 1e-5  # dB; smallest standard deviation that a clip is divided by
# Bands per matrix product: few enough to skip most zeros of the filter bank, enough
# that the product is efficient.
BANDS_AT_ONCE = 16


@register_frontend("logmel", title="log-mel")
class LogMel(nn.Module):
    """Log-mel spectrogram: (batch, n_samples) -> (batch, 1, n_mels, n_frames).

    Parameters
    ----------
    n_samples : length in samples that every clip is cut to, or filled up to with
        zeros on the right.
    n_fft, win_length, hop_length : frame, Hann window and step, in samples.
    n_mels : number of mel bands between 0 Hz and half the sampling rate.
    top_db : range in dB kept below each clip's loudest point.

    Raises
    ------
    ParameterError
        If a value is not positive, or the window is longer than the frame.
    """

    def __init__(
        self,
        *,
        sample_rate: int = SAMPLE_RATE,
        n_samples: int = 64_000,
        n_fft: int = 512,
        win_length: int = 400,
        hop_length: int = 160,
        n_mels: int = 64,
        top_db: float = 80.0,
    ) -> None:
        super().__init__()
        self.settings = {
            "sample_rate": sample_rate,
            "n_samples": n_samples,
            "n_fft": n_fft,
            "win_length": win_length,
            "hop_length": hop_length,
            "n_mels": n_mels,
            "top_db": top_db,
        }
        for name, value in self.settings.items():
            if value <= 0:
                raise ParameterError(f"{name}={value} must be positive")
        if win_length > n_fft:
            raise ParameterError(f"win_length={win_length} must be at most {n_fft=}")
        if n_samples <= n_fft // 2:
            raise ParameterError(f"n_samples={n_samples} must be above n_fft/2")
        self.n_samples, self.n_fft, self.hop_length = n_samples, n_fft, hop_length
        self.win_length, self.n_mels, self.top_db = win_length, n_mels, top_db
        margin = n_fft - win_length
        window = functional.pad(
            torch.hann_window(win_length), (margin // 2, margin - margin // 2)
        )
        self.register_buffer("window", window, persistent=False)
        self.register_buffer(
            "mel_fb",
            mel_filter_bank(n_fft // 2 + 1, n_mels, sample_rate),
            persistent=False,
        )
        self.bands = list(_nonzero_ranges(self.mel_fb))

    @property
    def row_frequencies(self) -> np.ndarray:
        """(n_mels,) centre frequency of each band in Hz."""
        mels = np.linspace(
            0, _hz_to_mel(self.settings["sample_rate"] / 2), self.n_mels + 2
        )
        return 700 * (10 ** (mels[1:-1] / 2595) - 1)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(1, n_mels, n_frames) of one clip."""
        return 1, self.n_mels, 1 + self.n_samples // self.hop_length

    def power_spectrogram(self, waveform: Tensor) -> Tensor:
        """Power spectrogram: (batch, n) -> (batch, n_fft // 2 + 1, n_frames)."""
        half = self.n_fft // 2
        before = waveform[..., 1 : half + 1].flip(-1)
        after = waveform[..., -half - 1 : -1].flip(-1)
        padded = torch.cat((before, waveform, after), -1)
        frames = padded.unfold(-1, self.n_fft, self.hop_length) * self.window
        squares = torch.view_as_real(torch.fft.rfft(frames)).square_()
        return (squares[..., 0] + squares[..., 1]).transpose(-1, -2)

    def apply_mel(self, power: Tensor) -> Tensor:
        """Mel bands: (batch, n_freqs, n_frames) -> (batch, n_mels, n_frames)."""
        frames = power.transpose(-1, -2)
        rows = frames.reshape(-1, frames.shape[-1])
        mel = torch.cat(
            [rows[:, freqs] @ self.mel_fb[freqs, bands] for bands, freqs in self.bands],
            -1,
        )
        return mel.unflatten(0, frames.shape[:-1]).transpose(-1, -2)

    def power_to_db(self, mel: Tensor) -> Tensor:
        """Decibels, floored `top_db` below each clip's maximum; same shape."""
        peak = mel.amax((-1, -2), keepdim=True)
        floor = (peak * 10 ** (-self.top_db / 10)).clamp(min=AMIN)
        return torch.maximum(mel, floor).log10().mul_(10.0)

    def normalize(self, level: Tensor) -> Tensor:
        """Zero mean and unit variance over each clip; a constant clip becomes 0."""
        centred = level - level.mean((-1, -2), keepdim=True)
        deviation = centred.square().mean((-1, -2), keepdim=True).sqrt()
        return centred / deviation.clamp(min=STD_FLOOR)

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n) -> (batch, 1, n_mels, n_frames), of any n from 1 on."""
        sound = waveform[..., : self.n_samples]
        n = sound.shape[-1]
        # One frame after its end a padded clip is silent: its bands are set to 0 below.
        n_used = min(n + self.n_fft, self.n_samples)
        if n_used > n:
            sound = functional.pad(sound, (0, n_used - n))
        mel = self.apply_mel(self.power_spectrogram(sound))
        mel = functional.pad(mel, (0, self.shape[-1] - mel.shape[-1]))
        return self.normalize(self.power_to_db(mel)).unsqueeze(1)


def mel_filter_bank(n_freqs: int, n_mels: int, sample_rate: int) -> Tensor:
    """(n_freqs, n_mels) triangles between neighbours on the HTK mel scale.

    Equal to ``torchaudio.functional.melscale_fbanks``, re-implemented because each
    torchaudio release works with one version of PyTorch only.
    """
    mels = torch.linspace(
        0, _hz_to_mel(sample_rate / 2), n_mels + 2, dtype=torch.float64
    )
    corners = 700 * (10 ** (mels / 2595) - 1)  # Hz
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    freqs = torch.linspace(0, sample_rate / 2, n_freqs, dtype=torch.float64)[:, None]
    rising = (freqs - left) / (centre - left)
    falling = (right - freqs) / (right - centre)
    return torch.minimum(rising, falling).clamp(min=0).float()


def _hz_to_mel(frequency: float) -> float:
    return 2595 * math.log10(1 + frequency / 700)


def _nonzero_ranges(mel_fb: Tensor) -> Iterator[tuple[slice, slice]]:
    """Groups of bands, and for each the range of frequencies with nonzero weights."""
    n_mels = mel_fb.shape[1]
    for first in range(0, n_mels, BANDS_AT_ONCE):
        bands = slice(first, min(first + BANDS_AT_ONCE, n_mels))
        used = mel_fb[:, bands].any(1).nonzero().flatten().tolist()
        yield bands, slice(used[0], used[-1] + 1) if used else slice(0, 1)
