"""The thesis's input: a log-mel spectrogram, normalised clip by clip.

Waveform -> power spectrogram -> mel bands -> decibels -> zero mean, unit variance.
Each stage is a method, so that a chapter can stop and look. The filter bank is
triangular on the HTK mel scale without area normalisation, as torchaudio's
``MelSpectrogram`` has it by default and ``librosa.filters.mel(htk=True, norm=None)``
makes it; decibels are ``librosa.power_to_db`` with ``top_db``.

On a CPU this is bound by memory: every stage goes over its numbers as few times as it
can, a mel band reads only the frequencies it reaches, and the zeros that fill up a
short clip are never transformed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from antispoof.constants import SAMPLE_RATE
from antispoof.errors import ParameterError

SILENCE = 1e-10  # power below which decibels no longer fall
FLAT = 1e-5  # dB; a clip whose deviation is smaller is constant, not loud
# Bands that share one matrix product: few enough to skip most of the filter bank's
# zeros, enough for a product to pay.
BANDS_AT_ONCE = 16


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
        self.bands = list(_reach(self.mel_fb))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(1, n_mels, n_frames) of one clip."""
        return 1, self.n_mels, 1 + self.n_samples // self.hop_length

    def power(self, waveform: Tensor) -> Tensor:
        """Power spectrogram: (batch, n) -> (batch, n_fft // 2 + 1, n_frames)."""
        half = self.n_fft // 2
        before = waveform[..., 1 : half + 1].flip(-1)
        after = waveform[..., -half - 1 : -1].flip(-1)
        padded = torch.cat((before, waveform, after), -1)
        frames = padded.unfold(-1, self.n_fft, self.hop_length) * self.window
        squares = torch.view_as_real(torch.fft.rfft(frames)).square_()
        return (squares[..., 0] + squares[..., 1]).transpose(-1, -2)

    def mel(self, power: Tensor) -> Tensor:
        """Mel bands: (batch, n_freqs, n_frames) -> (batch, n_mels, n_frames)."""
        frames = power.transpose(-1, -2)
        rows = frames.reshape(-1, frames.shape[-1])
        mel = torch.cat(
            [rows[:, reach] @ self.mel_fb[reach, bands] for bands, reach in self.bands],
            -1,
        )
        return mel.unflatten(0, frames.shape[:-1]).transpose(-1, -2)

    def decibel(self, mel: Tensor) -> Tensor:
        """Decibels, floored `top_db` below each clip's maximum; same shape."""
        loudest = mel.amax((-1, -2), keepdim=True)
        floor = (loudest * 10 ** (-self.top_db / 10)).clamp(min=SILENCE)
        return torch.maximum(mel, floor).log10().mul_(10.0)

    def normalize(self, level: Tensor) -> Tensor:
        """Zero mean and unit variance over each clip; a constant clip becomes 0."""
        centred = level - level.mean((-1, -2), keepdim=True)
        deviation = centred.square().mean((-1, -2), keepdim=True).sqrt()
        return centred / deviation.clamp(min=FLAT)

    def forward(self, waveform: Tensor) -> Tensor:
        """(batch, n) -> (batch, 1, n_mels, n_frames), of any n from 1 on."""
        sound = waveform[..., : self.n_samples]
        n = sound.shape[-1]
        # Beyond one frame after its end a clip is silent, whatever is done to it.
        heard = min(n + self.n_fft, self.n_samples)
        if heard > n:
            sound = functional.pad(sound, (0, heard - n))
        mel = self.mel(self.power(sound))
        mel = functional.pad(mel, (0, self.shape[-1] - mel.shape[-1]))
        return self.normalize(self.decibel(mel)).unsqueeze(1)


def mel_filter_bank(n_freqs: int, n_mels: int, sample_rate: int) -> Tensor:
    """(n_freqs, n_mels) triangles between neighbours on the HTK mel scale.

    Equal to ``torchaudio.functional.melscale_fbanks``, whose last release imports
    beside few versions of PyTorch: features are to be had beside all of them.
    """
    top = 2595 * math.log10(1 + sample_rate / 2 / 700)  # mel
    mels = torch.linspace(0, top, n_mels + 2, dtype=torch.float64)
    corners = 700 * (10 ** (mels / 2595) - 1)  # Hz
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    freqs = torch.linspace(0, sample_rate / 2, n_freqs, dtype=torch.float64)[:, None]
    rising = (freqs - left) / (centre - left)
    falling = (right - freqs) / (right - centre)
    return torch.minimum(rising, falling).clamp(min=0).float()


def _reach(mel_fb: Tensor) -> Iterator[tuple[slice, slice]]:
    """Bands of (n_freqs, n_mels) in groups, and the frequencies each group reaches."""
    n_mels = mel_fb.shape[1]
    for first in range(0, n_mels, BANDS_AT_ONCE):
        bands = slice(first, min(first + BANDS_AT_ONCE, n_mels))
        reached = mel_fb[:, bands].any(1).nonzero().flatten().tolist()
        yield bands, slice(reached[0], reached[-1] + 1) if reached else slice(0, 1)
