"""Contracts of `antispoof check`.

1. An answer is a sentence on stdout; with --json a list of objects, which have the six
   keys of DESIGN, then those of the domain, the parts and the file.
2. Exit status: 0 if every clip got an answer, 1 if one got none or none was found; one
   bad clip does not stop the rest.
3. Folders and standard input are accepted; names with blanks, quotes, newlines or
   other alphabets are printed as text, without control characters and not as markup.
4. --report writes a file, --run uses a run, --track chooses a track of a film, each of
   which is a clip.
"""

import io
import json
import os
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from antispoof.hashing import hash_file
from conftest import KEYS
from corpora import write_voice as write

RATE = 16_000


@pytest.fixture
def run(antispoof, monkeypatch, tmp_path, detector):
    """Run `antispoof check` with a detector of random weights as the pretrained one."""
    detector.save(tmp_path / "pretrained")
    folder = "antispoof.inference.loading.PRETRAINED_DIR"
    monkeypatch.setattr(folder, tmp_path / "pretrained")

    def check(*arguments, stdin=b""):
        piped = SimpleNamespace(buffer=io.BytesIO(stdin))
        monkeypatch.setattr(sys, "stdin", piped)
        return antispoof("check", *arguments)

    return check


# 1


def test_json(run):
    names = (write("voice.flac", format="FLAC"), "lost.wav", write("short.wav", 0.19))
    result = run(*names, "--json")
    assert result.status == 1
    good, lost, short = json.loads(result.out)
    assert list(good) == KEYS
    assert (good["seconds"], good["error"]) == (0.5, None)
    assert 0 <= good["probability_bonafide"] <= 1
    assert good["answer"] in ("bonafide", "spoof", "uncertain")
    assert lost == dict.fromkeys(KEYS) | {"clip": "lost.wav", "error": lost["error"]}
    assert "no such file" in lost["error"]
    assert "at least 0.2 s" in short["error"]
    assert short["sha256"] == hash_file("short.wav")
    text = run("lost.wav", "voice.flac")
    assert text.status == 1
    assert text.err.startswith("lost.wav: no answer; cannot decode lost.wav: no such")
    assert f"voice.flac: {good['sentence']}" in text.out


# 2


def test_no_weights_and_no_clip(run, tmp_path):
    Path("empty").mkdir()
    result = run("empty")
    assert (result.status, "no sound file" in result.err) == (1, True)
    result = run(write("voice.wav"), "--run", tmp_path)
    assert (result.status, str(tmp_path) in result.err) == (1, True)


# 3


NAMES = ["quote'\"`$(ls) 語.wav", "two\nlines.wav", "control\x1b[2J.wav", "-dash.wav"]
NAMES += ["[bold]markup.wav", os.fsdecode(b"odd\xff.wav")]


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_for_any_name(run, name):
    write(os.fsencode(name))
    result = run("--", name)
    assert result.status == 0, result.err
    assert "\x1b" not in result.out
    assert len([line for line in result.out.splitlines() if " s of sound" in line]) == 1
    assert "not meant for a court" in result.out
    if name.isprintable():
        assert result.out.startswith(f"{name}: ")
    assert json.loads(run("--json", "--", name).out)[0]["clip"] == name


def test_folders_and_standard_input(run, tmp_path):
    """Links to folders are followed, circles end; every ending of sound is known."""
    folder, other = tmp_path / "clips", tmp_path / "other"
    for path in (folder, other):
        path.mkdir()
    write(folder / "one.caf")
    write(other / "two.WAV")
    (folder / "linked").symlink_to(other)
    (other / "circle").symlink_to(folder)
    for name in ("notes.txt", "more.TXT", "list", ".hidden.wav"):
        (other / name).write_text("no sound")
    data = Path(write("piped.wav", 0.75)).read_bytes()
    result = run(str(folder), "-", "--json", stdin=data)
    assert result.err.endswith("not of sound: 2 .txt, 1 without an ending\n")
    *found, piped = json.loads(result.out)
    assert sorted(Path(x["clip"]).name for x in found) == ["one.caf", "two.WAV"]
    assert (piped["clip"], piped["seconds"]) == ("-", 0.75)
    assert run("-", stdin=b"").status == 1


def test_no_standard_input_and_a_pipe(run, monkeypatch, antispoof):
    assert "- " not in run("-", stdin=b"").err.replace("cannot decode -:", "")
    monkeypatch.setattr(sys, "stdin", None)
    assert "standard input is closed" in antispoof("check", "-").err
    write("voice.wav", 0.75)
    os.mkfifo("pipe")
    sound = Path("voice.wav").read_bytes()
    feed = threading.Thread(target=Path("pipe").write_bytes, args=(sound,))
    feed.start()
    (piped,) = json.loads(antispoof("check", "pipe", "--json").out)
    feed.join()
    assert (piped["clip"], piped["seconds"]) == ("pipe", 0.75)


# 4


def test_report(run):
    result = run(write("voice.wav", 9), "lost.wav", "--report", "out.html")
    assert result.status == 1
    page = Path("out.html").read_text("utf-8")
    assert "voice.wav" in page
    assert "no such file" in page
    for refused in ("over.nothing", ".", "nowhere/over.html"):
        result = run("voice.wav", "--report", refused)
        assert (result.status, result.out) == (1, "")
        assert refused in result.err


def test_tracks(run, shared):
    film = str(shared("audio-cases/field/two_tracks.mkv"))
    first, second = json.loads(run(film, "--json").out)
    assert [first["clip"], second["clip"]] == [f"{film} (track {k})" for k in (1, 2)]
    assert first["error"].startswith(f"cannot judge {first['clip']}: no voice")
    assert json.loads(run(film, "--json", "--track", "2").out) == [second]
    assert "2 audio track(s)" in run(film, "--track", "3").err


def test_a_run_is_used(run, finished):
    result = run(write("voice.wav"), "--run", finished.path)
    # So small a run may rank its dev trials the wrong way round.
    if result.status:
        assert "cannot be turned into probabilities" in result.err
    else:
        assert "clips of a subset of ASVspoof 2019 LA" in result.out


def test_channels_that_cancel(run, tmp_path):
    """Where the mean has no voice, each channel that has one is judged by itself."""
    write("mono.wav", 3)
    sound, _ = soundfile.read("mono.wav")
    noise = np.random.default_rng(0).normal(0, 0.003, len(sound))
    cases = ("quiet.wav", 1e-3 * sound), ("anti.wav", 0), ("noisy.wav", noise)
    for name, same in cases:
        soundfile.write(name, np.column_stack([sound + same, same - sound]), RATE)
        mono, *both = json.loads(run("mono.wav", name, "--json").out)
        assert [x["clip"] for x in both] == [f"{name} (channel {k})" for k in (1, 2)]
        assert both[0]["score"] == pytest.approx(mono["score"], abs=0.5)
    (one,) = json.loads(run("noisy.wav", "--channel", "1", "--json").out)
    assert (one["clip"], one["score"]) == ("noisy.wav", both[0]["score"])
    assert "it has 2 channel(s)" in run("noisy.wav", "--channel", "3").err


def test_an_address_is_not_fetched(run):
    for name in ("https://example.org/a.wav", "HTTPS://a", "s3://a/b", "file:///a"):
        assert "addresses are not fetched" in run(name).err
    assert "the name of a clip is empty" in run("").err
