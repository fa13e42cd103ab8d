"""Contracts of the detector in the browser, without its network (see tests/book).

1. Trimming, the voice test, the level above 4.5 kHz, the windows of a clip and the
   dynamics of its cepstra are the library's.
2. So are answer, ratio, reason, segments and sentences, for any scores.
3. What cannot be judged has the library's sentence.
4. The script of the page's data holds all that the worker needs, and no address.
"""

import json
import re
from base64 import b64encode
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from antispoof import frontends
from antispoof.audio.silence import trim
from antispoof.audio.voice import has_voice
from antispoof.errors import AudioError
from antispoof.inference import domain, load_detector, predict_clip, prediction
from antispoof.inference.windows import iter_windows
from antispoof_book.clip_page import clip_data
from conftest import run_node
from corpora import voice

BOOK = Path(__file__).resolve().parents[1] / "book"
RATE = 16_000
RUN = """
(detector, { clips, data, sentences }) => clips.map(({ samples, scores, withheld }) => {
  const x = new Float32Array(Uint8Array.from(Buffer.from(samples, "base64")).buffer);
  const network = { score: () => ({ score: scores.shift(), distance: 0.7 }) };
  const of = {
    trimmed: detector.trim(x).length,
    voice: detector.hasVoice(x),
    level: detector.highBandLevel(x),
    dynamics: detector.dynamics(x),
    starts: detector.windows(x).map(([start]) => start),
  };
  try {
    const calibration = { ...data.calibration, withheld };
    const window_calibration = { ...data.window_calibration, withheld };
    const given = { ...data, calibration, window_calibration, network };
    const result = detector.predict(x, given);
    const text = detector.formatPrediction(result, sentences);
    return { ...of, result, text };
  } catch (error) {
    return { ...of, error: error.message };
  }
})
"""


def page_data():
    script = clip_data(BOOK)
    return json.loads(script.removeprefix("window.ClipData = ").removesuffix(";\n"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Made clips with made scores, as the library and as the script judge them."""
    rng, detector = np.random.default_rng(0), load_detector()
    quiet = np.concatenate([np.zeros(3_210), voice(2), np.zeros(5_000)])
    waves = [voice(0.15), voice(0.8), voice(3), quiet, voice(9), voice(13), voice(26)]
    noise, n = rng.normal(0, 0.1, 2 * RATE), np.arange(3 * RATE)
    waves += [noise, 0.1 * np.sin(n / 6), np.zeros(RATE), 0.1 * np.sign(np.sin(n / 20))]
    path = tmp_path_factory.mktemp("clips") / "clip.wav"
    clips, expected = [], []
    for i, wave in enumerate(waves):
        wave = wave.astype(np.float32)
        scores = rng.normal(0, 4, 8) if i != 5 else np.array([5.0, -9.0, 5.0, 5.0])
        withheld = [[], ["bonafide"], ["spoof"]][i % 3]
        given = {"scores": scores.tolist(), "withheld": withheld}
        clips.append({"samples": b64encode(wave).decode(), **given})
        soundfile.write(path, wave, RATE, subtype="FLOAT")
        kinds = ("calibration", "window_calibration")
        known = {k: replace(getattr(detector, k), withheld=withheld) for k in kinds}
        made = replace(detector, **known)
        score = lambda x, s=scores: (s[: len(x)], np.full(len(x), 0.7))  # noqa: E731
        object.__setattr__(made, "score", score)
        try:
            one = predict_clip(path, made)
        except AudioError as error:
            one = error
        expected.append((wave, one))
    lists = lambda one: {name: array.tolist() for name, array in vars(one).items()}  # noqa: E731
    known = {name: lists(x) for name, x in vars(detector.domain).items()}
    data = page_data() | {"domain": known}
    given = {"clips": clips, "data": data, "sentences": data["sentences"]}
    found = run_node(RUN, BOOK / "_static" / "detector.js", given)
    return list(zip(expected, found, strict=True))


def test_what_is_heard(judged):  # 1
    for (wave, _), found in judged:
        assert found["trimmed"] == len(trim(wave))
        assert found["voice"] == has_voice(wave)
        level = domain.high_band_level(domain.band_powers(wave))
        assert found["level"] == pytest.approx(level, abs=0.01)
        if has_voice(wave):  # a tone differs, where only rounding errors are heard
            dynamics = frontends.build("dynamics")(torch.tensor(wave)[None].float())
            assert found["dynamics"] == pytest.approx(dynamics.flatten(), abs=1e-3)
        starts = [start for start, x in iter_windows([wave], 64_000) if np.ptp(x) > 0]
        assert found["starts"] == starts


def test_answers(judged):  # 2
    reasons, answers = set(), set()
    for (_, one), found in judged:
        if isinstance(one, AudioError):
            continue
        result, shown = found["result"], one.to_dict()
        for key in ("answer", "in_domain", "reason", "warnings"):
            assert result[key] == shown[key]
        for key in ("score", "llr", "probability_bonafide", "seconds"):
            assert result[key] == pytest.approx(shown[key], abs=1e-6)
        for ours, theirs in zip(one.segments, result["segments"], strict=True):
            assert theirs == pytest.approx(asdict(ours), abs=1e-6)
        assert found["text"] == prediction.format_prediction(one)
        reasons.add(one.reason)
        answers.update(part.answer for part in one.segments)
    assert answers == {"bonafide", "spoof", "uncertain"}
    assert any("its part from 4 to 8 s" in str(reason) for reason in reasons)


def test_no_answer(judged):  # 3
    errors = [(x, f["error"]) for (_, x), f in judged if isinstance(x, AudioError)]
    assert len(errors) >= 4
    for one, message in errors:
        assert message == str(one).partition(": ")[2]


def test_the_data_of_the_page():  # 4
    data = page_data()
    assert "onmessage" in data["code"][-1]
    assert {"wasm", "layers", "probe", "domain", "sentences"} <= set(data)
    own = "".join(data["code"][2:]) + (BOOK / "_static" / "clip.js").read_text("utf-8")
    assert set(re.findall(r"https?://[^\s\"']+", own)) <= {"http://www.w3.org/2000/svg"}
