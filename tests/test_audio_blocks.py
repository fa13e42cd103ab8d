"""Contracts of decoding in blocks.

1. The blocks joined are the clip decoded at once: exactly where nothing is resampled,
   and without a step between blocks where it is.
2. Damage, odd rates, NaN and the lack of samples raise as in decoding at once.
3. Limits: what is too large for memory raises before it is decoded, and is accepted in
   blocks; more than a day raises.
4. Every depth from 8-bit to 64-bit float, every rate from 8 to 192 kHz and 8 channels
   decode, at once and in blocks.
"""

import numpy as np
import pytest
import soundfile

from antispoof.audio import iter_blocks, limits, load_mono_16k
from antispoof.errors import AudioError


def noise(n, channels=1):
    values = np.random.default_rng(2).standard_normal((n, channels))
    return (0.1 * values).astype(np.float32)


def join_blocks(path, **options):
    return np.concatenate(list(iter_blocks(path, **options)))


# 1


@pytest.mark.parametrize(
    ("sample_rate", "channels"), [(16_000, 1), (16_000, 2), (8_000, 1), (44_100, 2)]
)
def test_blocks_joined_are_the_clip(tmp_path, sample_rate, channels):
    path = tmp_path / "clip.wav"
    soundfile.write(path, noise(sample_rate * 2 + 777, channels), sample_rate)
    at_once = load_mono_16k(path)
    assert len(list(iter_blocks(path, max_in_memory=0, block_seconds=0.3))) > 5
    joined = join_blocks(path, max_in_memory=0, block_seconds=0.3)
    exact = 0 if sample_rate == 16_000 else 1e-6
    np.testing.assert_allclose(joined, at_once, rtol=0, atol=exact)
    assert [len(block) for block in iter_blocks(path)] == [len(at_once)]


# 2


def test_refused_in_blocks(tmp_path):
    """What test_audio.py does not refuse in blocks, too."""
    path = tmp_path / "clip"
    soundfile.write(path, noise(16_000), 16_000, format="FLAC")
    data = bytearray(path.read_bytes())
    data[22:26] = (20_000).to_bytes(4, "big")  # the length in STREAMINFO
    path.write_bytes(data)
    with pytest.raises(AudioError, match="16000 of the 20000 samples declared"):
        join_blocks(path, max_in_memory=0)
    with pytest.raises(AudioError, match="NUL"):
        load_mono_16k("a\0b.wav")


# 3


@pytest.mark.parametrize("container", ["WAV", "FLAC", "MP3", "OGG"])
def test_too_large_for_memory(tmp_path, monkeypatch, container):
    path = tmp_path / "clip"
    soundfile.write(path, noise(8_000), 16_000, format=container)
    at_once = load_mono_16k(path)
    monkeypatch.setattr(limits, "MAX_VALUES", 4_000)
    with pytest.raises(AudioError, match="MiB that are accepted") as caught:
        load_mono_16k(path)
    assert str(path) in str(caught.value)
    assert abs(len(join_blocks(path, max_in_memory=0)) - len(at_once)) <= 1_200
    monkeypatch.setattr(limits, "MAX_SECONDS", 0.4)
    with pytest.raises(AudioError, match="hours that are accepted"):
        join_blocks(path, max_in_memory=0)
    monkeypatch.setattr(limits, "MAX_BYTES", 1_000)
    with pytest.raises(AudioError, match="GiB are accepted"):
        load_mono_16k(path)


def test_a_wav_recorded_into_a_pipe(tmp_path):
    path = tmp_path / "piped.wav"
    soundfile.write(path, noise(8_000), 16_000, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"  # lengths that were not known yet
    path.write_bytes(data)
    assert len(load_mono_16k(path)) == len(join_blocks(path)) == 8_000


# 4


@pytest.mark.parametrize(
    "subtype",
    ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"],
)
@pytest.mark.parametrize(
    ("sample_rate", "channels"), [(8_000, 8), (16_000, 1), (192_000, 8)]
)
def test_depths_rates_and_channels(tmp_path, subtype, sample_rate, channels):
    def tone(rate):
        return 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate // 10) / rate)

    path = tmp_path / "clip.wav"
    samples = np.tile(tone(sample_rate)[:, None], (1, channels))
    soundfile.write(path, samples, sample_rate, subtype=subtype)
    waveform = load_mono_16k(path)
    step = 0.02 if subtype in ("PCM_U8", "ULAW", "ALAW") else 1e-3
    middle = slice(400, 1_200)
    np.testing.assert_allclose(waveform[middle], tone(16_000)[middle], atol=step)
    blocks = join_blocks(path, max_in_memory=0, block_seconds=0.03)
    np.testing.assert_allclose(blocks, waveform, rtol=0, atol=0.01)
