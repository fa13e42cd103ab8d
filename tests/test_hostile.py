"""Contracts of every reader of files from strangers.

1. A reader raises nothing but an AntispoofError, for random bytes and for accepted
   input that is cut, spliced or changed (`make fuzz` gives each ten thousand inputs).
2. A header cannot make the decoder allocate memory that the file does not need.
3. No weights or checkpoints are loaded by unpickling.
"""

import contextlib
import os
import re
import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antispoof.errors import AntispoofError
from conftest import run_python
from hostile import READERS

LIBRARY = Path(__file__).resolve().parents[1] / "lib"


@st.composite
def changed(draw, seeds):
    """Accepted input with some bytes replaced, or with its end cut off."""
    data = draw(st.sampled_from(seeds))
    start = draw(st.integers(0, len(data)))
    stop = draw(st.integers(start, min(len(data), start + 64)))
    middle = draw(st.binary(max_size=16) | st.sampled_from([b"\xff" * 8, b"\0" * 8]))
    tail = data[stop:] if draw(st.booleans()) else b""
    return data[:start] + middle + tail


@pytest.mark.parametrize("name", READERS)
def test_readers_raise_documented_errors_only(name):  # 1
    read, seeds = READERS[name]
    for seed in seeds():  # mutation starts from accepted input
        read(seed)

    @settings(
        max_examples=int(os.environ.get("HOSTILE_EXAMPLES", "40")),
        deadline=10_000,  # milliseconds of one input
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.binary(max_size=256) | changed(seeds()))
    def one(data):
        with contextlib.suppress(AntispoofError):
            read(data)

    one()


@pytest.mark.parametrize("name", ["run_record", "detector_card"])
def test_nested_too_deeply(name):  # 1: random bytes hardly ever do this
    read, seeds = READERS[name]
    with pytest.raises(AntispoofError):
        for number in range(len(seeds())):
            read(bytes([number]) + b"[" * 100_000)


BOMB = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
from antispoof.audio import load_mono_16k
from antispoof.errors import AudioError
try:
    load_mono_16k(sys.argv[1])
except AudioError as error:
    print(error)
"""


def flac_of_silence(n_samples: int) -> bytes:
    """A FLAC header that declares n_samples in 8 channels, and no frame."""
    rate, channels, bits = 48_000, 8, 16
    packed = rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | n_samples
    info = b"\x10\x00\x10\x00" + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    return b"fLaC\x80\x00\x00\x22" + info + bytes(64)


def test_a_header_allocates_no_memory(tmp_path):  # 2
    path = tmp_path / "bomb.flac"
    path.write_bytes(flac_of_silence(2**36 - 1))
    done = run_python(BOMB, path)
    assert done.returncode == 0, done.stderr
    assert "MiB that are accepted" in done.stdout
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2**30


def test_nothing_is_unpickled():  # 3
    source = "".join(path.read_text("utf-8") for path in LIBRARY.rglob("*.py"))
    unsafe = r"\bimport pickle\b|joblib\.load|allow_pickle=True|shell=True|os\.system"
    assert not re.search(unsafe, source)
    calls = re.findall(r"torch\.load\([^)]*\)", source)
    assert calls
    assert all("weights_only=True" in call for call in calls)
