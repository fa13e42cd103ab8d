"""What a clip meets on its way to a listener: codecs, telephone, noise, resampling.

Each condition maps a waveform (n,), float32 at 16 kHz, to what arrives, at 16 kHz.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from antispoof.audio import load_mono_16k, resample
from antispoof.audio.silence import trim
from antispoof.constants import SAMPLE_RATE

Condition = Callable[[np.ndarray], np.ndarray]

TELEPHONE_BAND = (300.0, 3_400.0)  # Hz, ITU-T G.712
TELEPHONE_RATE = 8_000
LAME_BIT_RATE = 64_000


def encode(
    waveform: np.ndarray,
    *,
    codec: str,
    container: str,
    sample_rate: int = SAMPLE_RATE,
    bit_rate: int | None = None,
) -> bytes:
    """A waveform as the bytes of a sound file, written by FFmpeg.

    Parameters
    ----------
    waveform : (n,) float at `sample_rate`, clipped to full scale.
    codec, container : FFmpeg's names, such as ``aac`` in ``ipod`` (m4a).
    bit_rate : bit/s, of lossy codecs.
    """
    import av

    values = (np.clip(waveform, -1, 1) * 32_767).round().astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=sample_rate, layout="mono")
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(values[None], format="s16", layout="mono")
        frame.rate = sample_rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    return file.getvalue()


def decode_bytes(data: bytes) -> np.ndarray:
    """The waveform at 16 kHz of a sound file's bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        path.write_bytes(data)
        return load_mono_16k(path)


def through_mp3(waveform: np.ndarray, *, bit_rate: int = LAME_BIT_RATE) -> np.ndarray:
    """Compressed as MP3 and decoded."""
    data = encode(waveform, codec="libmp3lame", container="mp3", bit_rate=bit_rate)
    return decode_bytes(data)


def through_telephone(waveform: np.ndarray) -> np.ndarray:
    """300 to 3400 Hz at 8 kHz, in the A-law of G.711, and back to 16 kHz."""
    from scipy.signal import butter, sosfiltfilt

    band = butter(4, TELEPHONE_BAND, "bandpass", fs=SAMPLE_RATE, output="sos")
    narrow = sosfiltfilt(band, waveform).astype(np.float32)
    narrow = resample(narrow, SAMPLE_RATE, TELEPHONE_RATE)
    data = encode(narrow, codec="pcm_alaw", container="wav", sample_rate=TELEPHONE_RATE)
    return decode_bytes(data)


def with_noise(waveform: np.ndarray, *, snr_db: float) -> np.ndarray:
    """White noise added, so many dB below the clip; the same noise every time."""
    noise = np.random.default_rng(2019).standard_normal(len(waveform))
    level = np.sqrt(np.square(waveform, dtype=np.float64).mean())
    noisy = waveform + noise * level * 10 ** (-snr_db / 20)
    return noisy.astype(np.float32)


def through_rate(waveform: np.ndarray, *, sample_rate: int) -> np.ndarray:
    """BootstrapResult to another rate and back."""
    there = resample(waveform, SAMPLE_RATE, sample_rate)
    return resample(there, sample_rate, SAMPLE_RATE)


def as_file(
    waveform: np.ndarray, *, codec: str, container: str, sample_rate: int
) -> np.ndarray:
    """Saved at another rate in another format, and read again."""
    there = resample(waveform, SAMPLE_RATE, sample_rate)
    data = encode(
        there,
        codec=codec,
        container=container,
        sample_rate=sample_rate,
        bit_rate=128_000 if codec == "aac" else None,
    )
    return decode_bytes(data)


CLEAN = "as it is"
CONDITIONS: dict[str, Condition] = {
    "MP3 at 64 kbit/s": through_mp3,
    "telephone": through_telephone,
    "noise at 20 dB": partial(with_noise, snr_db=20),
    "noise at 10 dB": partial(with_noise, snr_db=10),
    "44.1 kHz and back": partial(through_rate, sample_rate=44_100),
    "8 kHz and back": partial(through_rate, sample_rate=8_000),
    "silence trimmed": trim,
}
FORMATS: dict[str, Condition] = {
    "WAV at 44.1 kHz": partial(
        as_file, codec="pcm_s16le", container="wav", sample_rate=44_100
    ),
    "FLAC at 48 kHz": partial(
        as_file, codec="flac", container="flac", sample_rate=48_000
    ),
    "m4a at 44.1 kHz": partial(
        as_file, codec="aac", container="ipod", sample_rate=44_100
    ),
}
