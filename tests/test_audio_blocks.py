"""Contracts of decoding in blocks.

1. The blocks joined are exactly the clip decoded at once.
2. Damage, odd rates, NaN and the lack of samples raise as in decoding at once.
3. Limits: what is too large for memory raises before it is decoded, and is accepted in
   blocks; more than a day raises.
4. Every depth from 8-bit to 64-bit float, every rate from 8 to 192 kHz and 8 channels
   decode, at once and in blocks.
"""

import numpy as np
import pytest
import soundfile

from antispoof.audio import iter_blocks, limits, load, load_mono_16k
from antispoof.errors import AudioError


def noise(n, channels=1):
    values = np.random.default_rng(2).standard_normal((n, channels))
    return (0.1 * values).astype(np.float32)


def join_blocks(path, **options):
    return np.concatenate(list(iter_blocks(path, **options)))


# 1, 4


@pytest.mark.parametrize(
    ("sample_rate", "channels"), [(16_000, 1), (16_000, 8), (8_000, 1), (192_000, 2)]
)
@pytest.mark.parametrize(
    "subtype",
    ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"],
)
def test_blocks_joined_are_the_clip(tmp_path, sample_rate, channels, subtype):
    path = tmp_path / "clip.wav"
    samples = noise(sample_rate + 777, channels)
    soundfile.write(path, samples, sample_rate, subtype=subtype)
    expected, _ = soundfile.read(path, dtype="float32", always_2d=True)
    np.testing.assert_allclose(load(path).samples, expected, rtol=0, atol=1e-6)
    at_once = load_mono_16k(path)
    blocks = list(iter_blocks(path, max_in_memory=0, block_seconds=0.15))
    assert len(blocks) > 5
    np.testing.assert_array_equal(np.concatenate(blocks), at_once)
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
