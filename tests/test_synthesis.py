"""Contracts of making fakes.

1. The same input gives the same bytes, on any number of processes, and also if a killed
   process left half of the clips and a temporary file. What exists is not made again.
2. A copy has the length, the level and roughly the spectrum of its original. The
   manifest keeps speaker, partition and source; the attack is the engine.
3. The control of a 16-bit clip is the same samples and keeps its label; so are the
   corpus's own fakes, where wanted.
4. A clip that cannot be decoded, or of which an engine makes nothing, is reported and
   left out. An engine that is unknown or lacks its package, and a folder of something
   else or by changed code, are refused with a sentence. Code of which no clip is there
   may have changed.
5. Sentences are spoken by programs, each in one of its voices; an engine outside the
   library (examples/) is one file.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import pytest

from antispoof.audio import load_mono_16k
from antispoof.corpora import open_corpus
from antispoof.errors import CorpusError, ParameterError
from antispoof.synthesis import make_copies, register_engine, speak_texts
from conftest import contents
from corpora import flac_path, write_corpus


@pytest.fixture
def corpus(tmp_path):
    return open_corpus(write_corpus(tmp_path / "LA"))


@pytest.fixture(autouse=True)
def engines(registries):
    """Engines of this module."""
    for engine in (noisy, nothing):
        register_engine(engine.__name__, title="a test", kind="vocoder")(engine)


def noisy(waveform, rng):
    return np.append(waveform + 0.01 * rng.standard_normal(len(waveform)), 0.5)


def nothing(waveform, rng):
    return waveform * np.nan


def manifest(folder):
    table = pd.read_csv(folder / "MANIFEST.csv", dtype=str, keep_default_na=False)
    return table.set_index("file")


def test_deterministic_and_resumable(corpus, tmp_path):  # 1
    one, two = tmp_path / "one", tmp_path / "two"
    assert make_copies(corpus, one, ["noisy"], n_jobs=1) == {}
    assert make_copies(corpus, two, ["noisy"], partition="dev", n_jobs=1) == {}
    kept = two / "noisy/D1-noisy.flac"
    (two / "noisy/.T1-noisy.flac.99.tmp").write_bytes(b"fLaC")
    (two / "control/D1-control.flac").unlink()
    before = kept.stat().st_mtime_ns
    assert make_copies(corpus, two, ["noisy"], n_jobs=2) == {}
    assert contents(one) == contents(two)
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("engine", ["world", "griffinlim"])
def test_copies_of_speech(shared, tmp_path, engine):  # 2
    pytest.importorskip({"world": "pyworld", "griffinlim": "librosa"}[engine])
    corpus = open_corpus(shared("corpora/asvspoof2019-la-subset/LA"))
    make_copies(corpus, tmp_path / "out", [engine], partition="dev", limit=2, n_jobs=1)
    paths = corpus.trials.set_index("utt_id")
    for file, row in manifest(tmp_path / "out").iterrows():
        original = load_mono_16k(paths["path"][row["origin"]])
        copy = load_mono_16k(tmp_path / "out" / file)
        assert row["speaker"] == paths["speaker"][row["origin"]]
        assert (row["partition"], row["source"]) == ("dev", corpus.name)
        if row["label"] == "bonafide":  # 3
            assert row["attack"] == "-"
            assert np.array_equal(copy, original)
            continue
        assert row["attack"] == engine
        assert len(copy) == len(original)
        level = np.std(copy) / np.std(original)
        clipped = level < 1 < 1.001 * np.abs(copy).max()
        assert level == pytest.approx(1, rel=0.01) or clipped
        bands = [np.abs(np.fft.rfft(x))[100:20_000] for x in (copy, original)]
        levels = [np.log([b.mean() for b in np.array_split(x, 40)]) for x in bands]
        assert np.corrcoef(*levels)[0, 1] > 0.95
        assert not np.allclose(copy, original, atol=1e-3)


def test_command(corpus, antispoof, monkeypatch):  # 3
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    options = ("--engines", "noisy", "--keep-spoof")
    result = antispoof("corpus", "copies", corpus.root, "out", *options)
    assert (result.status, result.err) == (0, "")
    assert "0 clip(s) left out" in result.out
    assert open_corpus("out").trials["source"].unique() == [corpus.name]
    table = manifest(Path("out"))
    counts = table["attack"].value_counts()
    assert [counts[name] for name in ("A01", "A07", "-", "noisy")] == [2, 1, 3, 3]
    assert table["label"]["control/T2-control.flac"] == "spoof"


def test_refusals(corpus, tmp_path, monkeypatch):  # 4
    out = tmp_path / "out"
    flac_path(corpus.root, "dev", "D1").write_bytes(b"no sound")
    failed = make_copies(corpus, out, ["noisy", "nothing"], n_jobs=1)
    assert len(failed) == 5  # of E1 and T1 nothing, of D1 no engine made anything
    assert "cannot decode" in failed["noisy/D1-noisy.flac"]
    assert "all zero" in failed["nothing/T1-nothing.flac"]
    assert sorted(manifest(out)["origin"].unique()) == ["E1", "T1"]
    register_engine("far", title="far", kind="vocoder", needs="no_such_thing")(noisy)
    for name, part in [("flite", "accepted: world"), ("far", "no_such_thing; install")]:
        with pytest.raises(ParameterError, match=part):
            make_copies(corpus, out, [name])
    with pytest.raises(CorpusError, match="other files"):
        make_copies(corpus, corpus.root, ["noisy"])
    monkeypatch.setattr("antispoof.synthesis.making.hash_defining_file", str)
    with pytest.raises(CorpusError, match=r"changed code \(control, noisy\)"):
        make_copies(corpus, out, ["noisy", "nothing"])  # of which no clip is there


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda waveform, rng: waveform[:9], "gave 9 samples for"),
        (lambda waveform, rng: None, "failed with TypeError"),
        (lambda waveform, rng: 0 * waveform, "all zero"),
    ],
)
def test_an_engine_that_gives_no_copy(corpus, antispoof, monkeypatch, made, message):
    register_engine("bad", title="bad", kind="vocoder")(made)  # 4
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    result = antispoof("corpus", "copies", corpus.root, "out", "--engines", "bad")
    assert (result.status, result.err) == (1, "antispoof: engine bad made no clip\n")
    assert message in result.out


def test_programs(corpus, tmp_path, monkeypatch):  # 5
    program, clip = tmp_path / "bin/flite", flac_path(corpus.root, "dev", "D1")
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ "$2" = awb ] && exit 3\ncp {clip} "$6"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    texts = [f"Sentence {i}; $(exit)" for i in range(9)]
    failed = speak_texts([*texts, ""], tmp_path / "out", ["flite"], n_jobs=1)
    table = manifest(tmp_path / "out")
    assert len(table) + len(failed) == 9
    assert set(failed.values()) == {"flite: no sound"}  # by the voice awb
    assert len(table["speaker"].unique()) > 1
    with pytest.raises(ParameterError, match="one sentence a line"):
        speak_texts([" "], tmp_path / "out", ["flite"])


def test_texts_that_are_not_text(antispoof, tmp_path):  # 4
    (tmp_path / "texts").write_bytes(b"\xff\xfe")
    refused = antispoof("corpus", "speak", tmp_path / "texts", "out")
    assert refused.status == 1
    assert "is not a text in UTF-8" in refused.err


def test_an_engine_outside_the_library(tmp_path, monkeypatch):  # 5
    network = MagicMock()  # gives back its input
    network.get_input_details.return_value = [{"index": 0, "shape": (1, 1, 320)}]
    network.get_tensor.side_effect = lambda index: network.set_tensor.call_args[0][1]
    module = SimpleNamespace(Interpreter=lambda path: network)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", module)
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[1])
    lyra = import_module("examples.lyra_engine").lyra
    monkeypatch.setenv("ANTISPOOF_LYRA", str(tmp_path))
    waveform = np.linspace(-1, 1, 1_000, dtype=np.float32)
    with pytest.raises(ParameterError, match=r"soundstream_encoder\.tflite, lyragan"):
        lyra(waveform, None)
    for name in ("soundstream_encoder", "lyragan"):
        (tmp_path / f"{name}.tflite").touch()
    assert np.array_equal(lyra(waveform, None), np.pad(waveform, (0, 280)))
