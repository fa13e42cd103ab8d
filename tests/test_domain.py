"""Contracts of the domain check, and of the parts of a clip.

1. A p-value is the share of the calibration clips at least as unusual, every source
   with the same weight; of new clips like them, at most ALPHA are found unusual.
2. A clip far from the calibration clips, or of a narrower band, is "uncertain", with a
   reason; without a reference the check is not made, and a warning says so.
3. Windows with one answer become one segment. A segment ends with its last window, so
   the last may overlap the one before: of 4.2 s, "0.0 to 0.2 s" was called real.
4. A clip with a part unlike any of real clips, and so many windows, is "uncertain".
5. The pretrained detector finds tones, music and noise unlike its calibration clips.
"""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from antispoof.augment import apply
from antispoof.calibration import Calibration
from antispoof.errors import RunError
from antispoof.inference import load_detector, predict_clip
from antispoof.inference.detector import Detector
from antispoof.inference.domain import (
    ALPHA,
    Domain,
    Reference,
    band_powers,
    high_band_level,
)
from antispoof.inference.prediction import format_prediction
from corpora import voice

RATE = 16_000


def uniform(low, high, n=200):
    return Reference.of(np.linspace(low, high, n), ["one"] * n)


@pytest.fixture
def judge(tmp_path, detector):
    """Predict a waveform, with a domain whose references are made to order."""

    def predict(wave, *, closeness=(-9, 9), high_band=(-90, 0), windows=(-9, 9)):
        references = map(uniform, *zip(closeness, high_band, windows, strict=True))
        known = replace(detector, domain=Domain(*references))
        known.model.distance = lambda x: x.mean((1, 2, 3)) * 0
        path = tmp_path / "clip.wav"
        soundfile.write(path, wave, RATE, subtype="FLOAT")
        try:
            return predict_clip(path, known)
        finally:
            del known.model.distance

    return predict


@pytest.fixture
def made_scores(detector, monkeypatch):
    """Let the windows of a clip have these scores."""

    def let(found):
        score = lambda self, x: (found[: len(x)], np.zeros(len(x)))  # noqa: E731
        monkeypatch.setattr(type(detector), "score", score)

    return let


def test_p_values():  # 1
    one = Reference.of([1.0, 2.0, 3.0, 4.0], ["a", "a", "a", "b"])
    assert one.p_value(0) == 1 / 5
    assert one.p_value(2.5) == pytest.approx((4 * 2 / 6 + 1) / 5)
    assert one.p_value(4) == 1
    rng = np.random.default_rng(0)
    rates = []
    for _ in range(200):
        known = Reference.of(rng.normal(size=300), ["a"] * 300)
        rates.append(np.mean([known.p_value(x) <= ALPHA for x in rng.normal(size=50)]))
    assert ALPHA / 2 < np.mean(rates) <= ALPHA + 0.005


def test_a_damaged_reference(tmp_path, detector):  # 1
    some = uniform(0, 1)
    replace(detector, domain=Domain(some, some, some)).save(tmp_path)
    assert Detector.load(tmp_path).domain.windows.p_value(2) == 1
    uneven = replace(some, weights=some.weights[1:])
    for content in (b"garbage", Domain(some, some, uneven).to_bytes()):
        (tmp_path / "domain.safetensors").write_bytes(content)
        with pytest.raises(RunError, match="holds no detector"):
            Detector.load(tmp_path)


def test_powers_of_parts_add_up():  # 2
    wave = voice(2)
    parts = sum(map(band_powers, np.split(wave, 2)))
    whole = high_band_level(band_powers(wave))
    assert high_band_level(parts) == pytest.approx(whole, abs=1)
    narrow = apply(["resampled"], wave, np.random.default_rng(0), 1.0)
    assert high_band_level(band_powers(narrow)) < whole


def test_outside_of_the_domain(judge, detector, tmp_path):  # 2
    wave = voice(3)
    inside = judge(wave)
    assert (inside.in_domain, inside.reason, inside.warnings) == (True, None, [])
    for changed, words in (
        ({"closeness": (1, 2)}, "differs too much"),
        ({"high_band": (0, 1)}, "above 4.5 kHz"),
    ):
        outside = judge(wave, **changed)
        assert (outside.in_domain, outside.answer) == (False, "uncertain")
        assert words in outside.reason
        assert outside.reason in format_prediction(outside)
        assert "score" not in format_prediction(outside)
        assert [part.answer for part in outside.segments] == ["uncertain"]
        assert outside.score == inside.score
    path = tmp_path / "clip.wav"
    untested = predict_clip(path, detector)
    assert (untested.in_domain, untested.reason) == (None, None)
    assert "was not tested" in untested.warnings[0]
    soundfile.write(path, voice(0.97), RATE)  # "1.0 s are less than 1 s"
    assert predict_clip(path, detector).warnings[0].endswith("judged less exactly")


def test_segments(judge, made_scores):  # 3
    made_scores(np.array([3.0, 3, 0, -3, -3, 3]))
    shown = judge(voice(22), windows=(-9, 9)).to_dict()["segments"]
    parts = [(one["start"], one["end"], one["answer"]) for one in shown]
    expected = [(0, 8, "bonafide"), (8, 12, "uncertain"), (12, 20, "spoof")]
    assert parts == [*expected, (18, 22, "bonafide")]
    assert shown[0]["probability_bonafide"] == pytest.approx(1 / (1 + np.exp(-3)))


def test_a_part_that_is_unlike_the_rest(judge, made_scores):  # 4
    found = np.array([4.0, -5.0, 4.0])
    made_scores(found)
    wave = voice(12)
    mixed = judge(wave, windows=(-4, 4))
    assert (mixed.answer, mixed.in_domain) == ("uncertain", True)
    assert "from 4 to 8 s" in mixed.reason
    assert judge(wave, windows=(-9, 4)).reason is None
    found[:] = -5.0
    assert judge(wave, windows=(-4, 4)).answer == "spoof"


def music(seed):
    rng, wave = np.random.default_rng(seed), np.zeros(4 * RATE)
    for start in range(0, len(wave), 4_000):
        n = np.arange(len(wave) - start)
        hz = 220 * 2 ** (rng.integers(0, 24) / 12)
        tones = sum(np.sin(2 * np.pi * hz * k * n / RATE) / k for k in range(1, 6))
        wave[start:] += tones * np.exp(-n / 4_000)
    return 0.3 * wave / np.abs(wave).max()


def test_the_pretrained_detector_knows_what_it_does_not_know(tmp_path):  # 5
    detector, path = load_detector(), tmp_path / "clip.wav"
    assert isinstance(detector.window_calibration, Calibration)
    noise = np.random.default_rng(0).standard_normal(4 * RATE)
    tone = np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)
    for wave in (tone, noise, music(0), music(1)):
        _, (distance,) = detector.score(0.1 * wave[None].astype(np.float32))
        assert detector.domain.reason(distance, 0.0) is not None
    soundfile.write(path, music(0), RATE)
    assert predict_clip(path, detector).answer == "uncertain"
