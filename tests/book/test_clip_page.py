"""The page "Ask about a clip", in headless Chromium.

1. The score of a WAV at 16 kHz is that of the library within 0.001, on made clips and
   on real ones, from a server and from disk; the sentence is the same.
2. What the browser decodes and resamples itself moves the probability by 0.05 at most.
3. No request leaves the machine, and the console stays silent.
4. What cannot be judged gets a sentence; the next clip is judged. A new clip ends the
   check of the one before; it may be dropped anywhere.
5. With an answer the page has no fault that axe finds, light and dark, and fits a
   phone.
"""

import sys

import numpy as np
import pytest
import soundfile
from site_files import HTML, ROOT
from test_accessibility import AXE

from antispoof.audio import load_mono_16k
from antispoof.augment.codec import encode
from antispoof.inference import load_detector, predict_clip
from antispoof.inference.prediction import format_prediction

sys.path.append(str(ROOT / "tests"))
from conftest import PHONE
from corpora import voice

PAGE = "book/ask_of_a_clip.html"
NEAR = ("http://127.0.0.1", "file:", "data:", "blob:")
DONE = "/done|No answer/.test(document.querySelector('p[role=status]').textContent)"
DROP = """([name, bytes]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
  const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  return !document.querySelector("h1").dispatchEvent(drop);
}"""
RATE = 16_000
REAL = ROOT.parent / "shared" / "corpora" / "open-fakes"
FORMATS = {
    "clip.mp3": ("mp3", 16_000, 96),
    "clip.ogg": ("opus", 48_000, 64),
    "clip.m4a": ("aac", 44_100, 128),
    "clip44.wav": ("wav", 44_100, None),
    "clip48.flac": ("flac", 48_000, None),
}


def ask(page, path):
    """Give a clip to the page: its prediction, or None, and what the page says."""
    page.evaluate("document.querySelector('.clip-check').prediction = null")
    page.set_input_files("#clip-file", path)
    page.wait_for_function(DONE, timeout=120_000)
    root = page.locator(".clip-check")
    return root.evaluate("root => root.prediction"), root.inner_text()


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Twenty clips: made voices of many lengths, and real ones where they are here."""
    folder = tmp_path_factory.mktemp("clips")
    waves = [voice(0.5 + 0.7 * i, seed=i) for i in range(10)]
    waves += [load_mono_16k(x) for x in sorted(REAL.glob("test/*.flac"))[::40][:10]]
    for i, wave in enumerate(waves):
        kind = "PCM_16" if i < 10 else "FLOAT"
        soundfile.write(folder / f"{i}.wav", wave, RATE, kind)
    return [folder / f"{i}.wav" for i in range(len(waves))]


@pytest.mark.parametrize("where", ["server", "disk"])
def test_the_same_numbers(visit, address, clips, where):  # 1, 3
    base = address if where == "server" else HTML.as_uri()
    detector = load_detector()
    with visit(f"{base}/{PAGE}") as opened:
        for path in clips if where == "server" else clips[::5]:
            found, text = ask(opened.page, path)
            expected = predict_clip(path, detector)
            assert found["score"] == pytest.approx(expected.score, abs=1e-3)
            assert format_prediction(expected) in text
        assert [url for url in opened.requests if not url.startswith(NEAR)] == []
        assert opened.failed + opened.messages == []


def test_other_formats(visit, clips, tmp_path):  # 2
    detector, x = load_detector(), load_mono_16k(clips[-1])
    with visit(f"{HTML.as_uri()}/{PAGE}") as opened:
        for name, (encoding, rate, kbit) in FORMATS.items():
            n = np.arange(round(len(x) * rate / RATE)) * RATE / rate
            wave = np.interp(n, np.arange(len(x)), x).astype(np.float32)
            path = tmp_path / name
            path.write_bytes(encode(wave, rate, encoding, kbit))
            found, text = ask(opened.page, path)
            assert found is not None, text
            expected = predict_clip(path, detector).probability_bonafide
            assert found["probability_bonafide"] == pytest.approx(expected, abs=0.05)


def test_no_answer_and_then_one(visit, clips, tmp_path):  # 4
    soundfile.write(tmp_path / "tone.wav", 0.1 * np.sin(np.arange(32_000) / 6), RATE)
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "empty.wav").touch()
    sound, _ = soundfile.read(clips[3])
    soundfile.write(tmp_path / "2.wav", np.column_stack([sound, -sound]), RATE)
    with visit(f"{HTML.as_uri()}/{PAGE}") as opened:
        cases = {"tone": "no voice", "text": "not a sound file", "empty": "is empty"}
        for name, words in cases.items():
            found, text = ask(opened.page, tmp_path / f"{name}.wav")
            assert found is None
            assert words in text
        assert ask(opened.page, clips[0])[0] is not None
        assert "Channel 2 by itself" in ask(opened.page, tmp_path / "2.wav")[1]


def test_a_new_clip_does_not_wait(visit, clips, tmp_path):  # 4
    """It waited, for minutes after a long one; beside the box, it left the page."""
    soundfile.write(tmp_path / "long.wav", np.tile(voice(20), 30), RATE)
    with visit(f"{HTML.as_uri()}/{PAGE}") as opened:
        opened.page.set_input_files("#clip-file", tmp_path / "long.wav")
        opened.page.wait_for_function("document.querySelector('progress').value > 0")
        second = ["second.wav", list(clips[0].read_bytes())]
        assert opened.page.evaluate(DROP, second)
        opened.page.wait_for_function(DONE, timeout=40_000)
        assert "second.wav: done" in opened.page.locator(".clip-check").inner_text()
        name = "document.querySelector('#clip-file').files[0].name"
        assert opened.page.evaluate(name) == "second.wav"


def test_a_clip_of_another_page(visit):  # 1
    with visit(f"{HTML.as_uri()}/notebooks/12_listening.html") as opened:
        button = opened.page.get_by_role("button", name="Ask the detector").first
        label = button.evaluate("e => e.parentElement.querySelector('audio').ariaLabel")
        button.click()
        opened.page.wait_for_url("**/ask_of_a_clip.html")
        opened.page.wait_for_function(DONE, timeout=120_000)
        assert label in opened.page.locator(".clip-check").inner_text()
        assert opened.page.locator(".clip-answer").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_is_accessible(visit, clips, scheme):  # 5
    options = {"color_scheme": scheme, "viewport": PHONE}
    with visit(f"{HTML.as_uri()}/{PAGE}", **options) as opened:
        ask(opened.page, clips[-1])
        opened.page.add_script_tag(path=AXE)
        found = opened.page.evaluate("axe.run('.clip-check')")["violations"]
        assert found == [], [one["id"] for one in found]
        width = opened.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]
