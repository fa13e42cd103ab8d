"""Contracts of hearing all of a file, whatever its header announces.

1. Joined files are decoded whole, and counted where a decoder would stop.
2. Of a file that was cut off, what is left is decoded. What is missing is announced, or
   the end is known to be missing.
3. What a header does not announce is decoded, or announced as missing.
4. An ordinary file has nothing missing, also with a FLAC inside or a tag before it.
5. Without a record of completeness, joined and damaged files raise.
"""

import io
import struct

import av
import numpy as np
import pytest
import soundfile

from antispoof.audio import containers, iter_blocks, load
from antispoof.audio.containers import Completeness
from antispoof.errors import AudioError
from corpora import voice

RATE = 16_000
FRAME = 4_608  # samples; of FLAC
A, B = voice(3, seed=1), voice(2, seed=2)
# Container -> encoder and rate.
LIBAV = {
    **{"ipod": ("aac", 16_000), "mov": ("aac", 16_000), "adts": ("aac", 16_000)},
    **{"mp3": ("libmp3lame", 16_000), "flv": ("libmp3lame", 44_100)},
    **{"webm": ("libopus", 48_000), "matroska": ("flac", 16_000)},
    "ogg": ("flac", 16_000),
    **{"mpegts": ("aac", 16_000), "tta": ("tta", 16_000), "wv": ("wavpack", 16_000)},
}
SNDFILE = ["WAV", "AIFF", "CAF", "W64", "FLAC", "OGG", "AU"]
COUNTED = ["ipod", "mov", "flv", "tta", "wv", "WAV", "AIFF", "CAF", "W64", "FLAC"]


def encode(kind, waveform, **options):
    """The bytes of a mono file."""
    file = io.BytesIO()
    if kind in SNDFILE:
        soundfile.write(file, waveform, RATE, format=kind)
        return file.getvalue()
    codec, rate = LIBAV[kind]
    with av.open(file, "w", format=kind, options=options) as out:
        stream = out.add_stream(codec, rate, layout="mono")
        values = (waveform * 32_767).astype(np.int16)[None]
        for at in range(0, len(waveform), FRAME):
            part = np.ascontiguousarray(values[:, at : at + FRAME])
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.rate, frame.pts = RATE, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@pytest.fixture
def decode(tmp_path):
    """Seconds decoded of some bytes, and the record of completeness."""

    def decoded(data):
        path, found = tmp_path / "clip", Completeness()
        path.write_bytes(data)
        n = sum(len(block) for block in iter_blocks(path, completeness=found))
        assert found.announced >= n / RATE - 1e-9
        return n / RATE, found

    return decoded


@pytest.mark.parametrize("kind", [*LIBAV, *SNDFILE])
def test_joined(decode, kind):  # 1, 4
    first = encode(kind, A)
    seconds, found = decode(first)
    assert seconds == pytest.approx(3, abs=0.1)
    assert found.announced == pytest.approx(seconds, abs=0.1)
    assert (found.files, found.cut, found.channels) == (1, False, 1)
    seconds, found = decode(first + encode(kind, B))
    assert seconds == pytest.approx(5, abs=0.3)
    assert found.files == 1 + (kind in COUNTED)


def test_a_file_is_searched_in_blocks(monkeypatch):  # 1
    data = encode("WAV", A) + encode("ipod", B) + encode("FLAC", B)
    bounds = [part.size for part in containers.split(io.BytesIO(data))]
    assert len(bounds) == 3
    for size in range(40, 60):
        monkeypatch.setattr(containers, "BLOCK", size)
        parts = containers.split(io.BytesIO(data))
        assert [part.size for part in parts] == bounds


@pytest.mark.parametrize(
    "kind", ["WAV", "AIFF", "CAF", "W64", "AU", "FLAC", "OGG", "mp3", "flv", "mpegts"]
)
def test_cut_off(decode, kind):  # 2
    data = encode(kind, A)
    seconds, found = decode(data[: len(data) * 2 // 3 + 1])
    assert 1 < seconds < 2.4
    assert found.cut or found.announced == pytest.approx(3, abs=0.1)


def test_a_fragmented_film(decode):  # 2
    data = encode("mov", A, movflags="frag_keyframe+empty_moov", frag_duration="500000")
    assert not decode(data)[1].cut
    assert decode(data[: len(data) // 2])[1].cut


@pytest.mark.parametrize(
    ("kind", "chunk", "layout"),
    [("WAV", b"data", "<I"), ("AIFF", b"SSND", ">I"), ("CAF", b"data", ">Q")],
)
def test_less_is_announced(decode, kind, chunk, layout):  # 3
    data = bytearray(encode(kind, A))
    struct.pack_into(layout, data, data.index(chunk) + 4, RATE)  # half a second
    if kind == "AIFF":
        struct.pack_into(">I", data, data.index(b"COMM") + 10, RATE // 2)
    seconds, found = decode(data)
    assert found.announced == pytest.approx(3, abs=0.01)
    assert seconds == pytest.approx(3 if kind == "WAV" else 0.5, abs=0.01)


def test_a_flac_announces_less(decode):  # 3
    data = bytearray(encode("FLAC", A))
    data[22:26] = (RATE // 2).to_bytes(4, "big")  # samples, in STREAMINFO
    seconds, found = decode(data)
    assert seconds == found.announced == 3


def test_chunks_and_tags_are_no_sound(decode):  # 4
    wav, tag = encode("WAV", A), b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
    notes = b"LIST" + struct.pack("<I", 5_000) + bytes(5_000)
    for data in (wav + notes, wav + bytes(3), tag + encode("FLAC", A)):
        seconds, found = decode(data)
        assert (seconds, found.announced, found.files) == (3, 3, 1)


def test_damage_in_the_middle(decode):  # 2
    data = bytearray(encode("mp3", A))
    middle = len(data) // 2
    data[middle : middle + 1_000] = bytes(1_000)
    seconds, found = decode(data)
    assert 2 < seconds < found.announced - 0.1


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "ipod", "AIFF"])
def test_a_corpus_has_no_such_files(tmp_path, kind):  # 5
    path = tmp_path / "clip"
    path.write_bytes(encode(kind, A) + encode(kind, B))
    for read in (load, lambda path: list(iter_blocks(path))):
        with pytest.raises(AudioError, match="2 files joined into one; one sound"):
            read(path)
