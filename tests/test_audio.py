"""Contracts of the decoder.

1. A lossless clip at 16 kHz is exact: an integer divided by its full scale.
2. Channels are averaged; other rates are resampled without aliases, in level.
3. The bytes decide what a file is: any name is accepted, also with spaces and umlauts.
4. MP3, Ogg Vorbis and Opus decode too, an MP3 also behind a wrong frame count. (m4a
   and others: see the tests of containers and of augmentations.)
5. Whatever is wrong with a clip, the error is an AudioError with path and reason.
   Damaged bytes never end the process.
6. A file that only names other files or addresses is not followed.
7. On real speech: equal to libsndfile to the bit, and the files that libsndfile
   refuses decode to their expected length.
"""

import csv
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from antispoof.audio import iter_blocks, load, load_mono_16k, resample
from antispoof.errors import AudioError
from conftest import assert_refused


def tone(frequency, *, sample_rate=16_000, seconds=0.5, amplitude=0.5):
    time = np.arange(int(sample_rate * seconds)) / sample_rate
    return amplitude * np.sin(2 * np.pi * frequency * time)


def noise(n=4_000, bits=16):
    top = 2 ** (bits - 1)
    return np.random.default_rng(1).integers(-top, top, n)


# 1


@pytest.mark.parametrize(
    ("container", "subtype", "bits", "channels"),
    [
        *[("FLAC", "PCM_S8", 8, 2), ("FLAC", "PCM_16", 16, 1)],
        *[("FLAC", "PCM_24", 24, 2), ("WAV", "PCM_U8", 8, 2), ("WAV", "PCM_16", 16, 1)],
        *[("WAV", "PCM_24", 24, 2), ("AIFF", "PCM_16", 16, 12)],
    ],
)
def test_a_lossless_clip_is_exact(tmp_path, container, subtype, bits, channels):
    values = noise(1_200, bits)
    values[:2] = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    values = values.reshape(-1, channels)
    shifted = (values << (32 - bits)).astype(np.int32)
    path = tmp_path / "clip"
    soundfile.write(path, shifted, 16_000, format=container, subtype=subtype)
    np.testing.assert_array_equal(load(path).samples, values / 2 ** (bits - 1))
    waveform = load_mono_16k(path)
    assert waveform.dtype == np.float32
    mean = values.mean(axis=1) / 2 ** (bits - 1)
    np.testing.assert_allclose(waveform, mean, rtol=0, atol=1e-7)


# 2


@pytest.mark.parametrize(
    ("sample_rate", "error"),
    [(8_000, 2e-3), (22_050, 2e-3), (44_100, 2e-3), (48_000, 2e-3), (44_101, 0.01)],
)
def test_resampling_keeps_a_tone(sample_rate, error):
    """44 101 and 16 000 share no factor; an exact filter would have 5 million taps."""
    original = tone(1_000, sample_rate=sample_rate).astype(np.float32)
    resampled = resample(original, sample_rate, 16_000)
    assert resampled.dtype == np.float32
    assert abs(len(resampled) - 8_000) <= 1
    inner = slice(500, 7_500)  # the filter runs into the clip's ends
    np.testing.assert_allclose(resampled[inner], tone(1_000)[inner], atol=error)


def test_resampling_leaves_no_alias():
    tones = [tone(f, sample_rate=44_100) for f in (8_100, 9_000, 15_000, 21_000)]
    original = np.sum(tones, axis=0).astype(np.float32)
    assert np.abs(resample(original, 44_100, 16_000)[500:-500]).max() < 4e-5


# 3


@pytest.mark.parametrize("name", ["with blanks.wav", "größer 語.mp3", "no_extension"])
def test_bytes_decide_not_the_name(tmp_path, name):
    values = noise().astype(np.int16)
    path = tmp_path / name
    soundfile.write(path, values, 16_000, format="FLAC")
    np.testing.assert_array_equal(load_mono_16k(str(path)), values / 32_768)


def test_a_picture_before_the_sound(tmp_path):
    data = clip_bytes(tmp_path)
    picture = b"\x06" + (100_000).to_bytes(3, "big") + bytes(100_000)
    path = tmp_path / "clip.flac"
    path.write_bytes(b"fLaC\x00" + data[5:42] + picture + data[42:])
    assert len(load_mono_16k(path)) == 16_000


@pytest.mark.parametrize("container", ["FLAC", "MP3"])
def test_id3_tag_before_the_sound(tmp_path, container):
    tag = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)  # 1 << 7 bytes of body
    path = tmp_path / "clip"
    soundfile.write(path, tone(500), 16_000, format=container)
    plain = load_mono_16k(path)
    path.write_bytes(tag + path.read_bytes())
    np.testing.assert_array_equal(load_mono_16k(path), plain)


# 4


@pytest.mark.parametrize(
    ("container", "subtype", "sample_rate"),
    [
        ("MP3", "MPEG_LAYER_III", 44_100),
        ("OGG", "VORBIS", 44_100),
        ("OGG", "OPUS", 48_000),
        ("WAV", "GSM610", 8_000),  # miniaudio lacks it
    ],
)
def test_other_encodings_agree_with_libsndfile(
    tmp_path, container, subtype, sample_rate
):
    path = tmp_path / "clip"
    waveform = tone(440, sample_rate=sample_rate)
    soundfile.write(path, waveform, sample_rate, format=container, subtype=subtype)
    expected, _ = soundfile.read(path, dtype="float32")
    clip = load(path)
    assert clip.sample_rate == sample_rate
    waveform = clip.mono()
    assert len(expected) - 640 <= len(waveform) <= len(expected)  # a block or two
    n = len(waveform) - 640
    np.testing.assert_allclose(waveform[:n], expected[:n], atol=1e-4)


def test_several_mp3_files_in_one(shared):
    """The first header counts 2 of the 23 seconds."""
    waveform = load_mono_16k(shared("audio-cases/field/joined.mp3"))
    assert len(waveform) == pytest.approx(23 * 16_000, rel=0.02)


# 5


def clip_bytes(tmp_path, container="FLAC", subtype="PCM_16"):
    path = tmp_path / "source"
    values = noise(16_000).astype(np.int16)
    soundfile.write(path, values, 16_000, format=container, subtype=subtype)
    return path.read_bytes()


READERS = (load_mono_16k, lambda path: list(iter_blocks(path, max_in_memory=0)))


def refused(path, reason, functions=READERS):
    for function in functions:
        assert_refused(AudioError, partial(function, path), path, reason)


def test_missing_and_folder(tmp_path):
    refused(tmp_path / "none.flac", "no such file")
    refused(tmp_path, "Is a directory")


@pytest.mark.parametrize(
    "content",
    [
        *[b"", b"hello\n" * 99, bytes(range(256)) * 9, b"fLaC", b"RIFF"],
        b"#EXTM3U\n#EXTINF:1,\ntarget.wav\n#EXT-X-ENDLIST\n",  # 6
        b"ffconcat version 1.0\nfile target.wav\n",  # 6
    ],
)
def test_not_audio(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    Path("target.wav").write_bytes(clip_bytes(tmp_path, "WAV"))
    path = tmp_path / "clip.m3u8"
    path.write_bytes(content)
    refused(path, "not a sound file" if content else "empty")


def test_damaged_flacs(tmp_path):
    data = clip_bytes(tmp_path)
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    no_rate = data[:18] + bytes([0, 0, data[20] & 0x0F]) + data[21:]  # 20 bits
    path = tmp_path / "clip.flac"
    for content, reason, functions in (
        (data[:middle], "damaged or truncated", READERS),
        (data[:-3], "damaged or truncated", READERS),
        (flipped, "damaged", READERS[:1]),  # FFmpeg checks no checksum
        (2 * data, "2 files joined into one", READERS),
        (no_rate, "0 Hz", READERS),
    ):
        path.write_bytes(content)
        refused(path, reason, functions)


def test_unfit_samples(tmp_path):
    for values, rate, reason in (
        ([], 16_000, "no samples"),
        ([0.0, np.nan, 0.5], 16_000, "not finite"),
        ([0.0, 0.1, 0.5], 3, "3 Hz; accepted: 4000 to 768000 Hz"),
    ):
        path = tmp_path / "clip.wav"
        soundfile.write(path, np.array(values), rate, subtype="FLOAT")
        refused(path, reason)


def test_vorbis_header_that_crashes_stb_vorbis(tmp_path):
    # A comment of negative length: the process died of it, without an exception.
    before, mark, after = clip_bytes(tmp_path, "OGG", "VORBIS").partition(b"\x03vorbis")
    data = before + mark + b"\xff\xff\xff\xff" + after[4:]
    path = tmp_path / "clip.ogg"
    path.write_bytes(data)
    refused(path, "")


# 7


def test_real_speech_equals_libsndfile(shared):
    la = shared("corpora/asvspoof2019-la-subset/LA")
    paths = sorted(la.glob("*/flac/*.flac"))[::10]
    assert len(paths) > 90
    for path in paths:
        expected, sample_rate = soundfile.read(path, dtype="float32")
        assert sample_rate == 16_000
        np.testing.assert_array_equal(load_mono_16k(path), expected)


def test_flacs_that_libsndfile_refuses(shared):
    folder = shared("audio-cases/flac-lost-sync")
    with (folder / "EXPECTED.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    for row in rows:
        clip = load(folder / row["file"])
        assert clip.sample_rate == int(row["sample_rate"])
        assert clip.samples.shape == (int(row["samples"]), int(row["channels"]))
