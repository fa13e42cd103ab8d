"""Contracts of judging a single clip.

1. Windows follow one another and cover the clip; the last ends with it; a clip shorter
   than a window is padded; how the clip was cut into pieces makes no difference.
2. Calibration finds the log odds that made the scores, refuses eval, and says
   "uncertain" exactly between its thresholds.
3. A clip's score is the mean over its windows; digital silence is not judged, nor is
   what is shorter than 0.2 s; one clip that fails does not stop the rest.
4. An answer's dictionary has the six keys of DESIGN, None where there is an error.
5. A detector is read as it was written; a run with weights makes one; what is neither
   is a RunError, and so are weights whose scores are no numbers.
6. Folders stand for the sound files below them, in order.
7. A sentence says which way and how sure, and never that it is certain.
8. The conditions do what their names say, and keep a clip's length.
9. What is told of measured scores is right on scores made to order.
10. Judging a clip loads nothing that only training, statistics or figures need: the
    first answer waits for torch and little else.
"""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch

import antispoof
from antispoof import inference
from antispoof.audio.silence import is_silent, trim
from antispoof.augment.conditions import CLEAN, CONDITIONS, FORMATS
from antispoof.errors import AudioError, ParameterError, RunError, ScoreError
from antispoof.inference import (
    Calibration,
    Detector,
    measurement,
    predict_clip,
    predict_clips,
)
from antispoof.inference.inputs import collect_inputs
from antispoof.inference.windows import windows

RATE = 16_000


def voice(seconds, *, seed=0):
    """Noise that swells and fades, loud enough to be no silence."""
    n = round(seconds * RATE)
    noise = np.random.default_rng(seed).standard_normal(n)
    swell = 1 + np.sin(2 * np.pi * 3 * np.arange(n) / RATE)
    return (0.05 * noise * swell).astype(np.float32)


@pytest.fixture
def clip(tmp_path):
    def write(name, seconds, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, voice(seconds, **options), RATE, subtype="PCM_16")
        return path

    return write


# 1


@pytest.mark.parametrize("length", [1, 7, 10, 11, 20, 25, 39])
def test_windows(length):
    wave = np.arange(1, length + 1, dtype=np.float32)
    cut = list(windows([wave], 10))
    covered = set()
    for start, window in cut:
        assert window.shape == (10,)
        kept = wave[start : start + 10]
        np.testing.assert_array_equal(window[: len(kept)], kept)
        np.testing.assert_array_equal(window[len(kept) :], 0)
        covered |= set(kept)
    assert covered == set(wave)
    assert [start for start, _ in cut[:-1]] == list(range(0, 10 * (len(cut) - 1), 10))
    assert cut[-1][0] == max(0, length - 10)
    pieces = np.array_split(wave, 4)
    for one, other in zip(cut, windows(pieces, 10), strict=True):
        assert one[0] == other[0]
        np.testing.assert_array_equal(one[1], other[1])


def test_no_windows_of_nothing():
    assert list(windows([], 10)) == []


# 2


def test_calibration_finds_the_log_odds():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1], [6_000, 2_000])
    # Two normal classes: the log odds at equal priors are 2 x mean x score.
    scores = random.standard_normal(8_000) + np.where(labels, 1.0, -1.0)
    found = Calibration.fit(scores, labels, partition="dev")
    assert found.slope == pytest.approx(2, abs=0.15)
    assert found.intercept == pytest.approx(0, abs=0.1)
    assert (found.n_bonafide, found.n_spoof) == (2_000, 6_000)


def test_calibration_refuses():
    with pytest.raises(ParameterError, match="eval"):
        Calibration.fit([0.0, 1.0], [0, 1], partition="eval")
    with pytest.raises(ScoreError, match="bonafide"):
        Calibration.fit([0.0, 1.0], [0, 0], partition="dev")
    with pytest.raises(ScoreError, match="rise with spoof"):
        Calibration.fit([0.0, 1.0, 2.0, 3.0], [1, 1, 0, 0], partition="dev")


def test_uncertain_between_the_thresholds():
    made = Calibration(slope=0.5, intercept=1.0, n_bonafide=1, n_spoof=1)
    low, high = made.thresholds
    assert made.probability(made.threshold) == pytest.approx(0.5)
    assert made.probability(low) == pytest.approx(0.1)
    assert made.probability(high) == pytest.approx(0.9)
    answers = [
        made.answer(x) for x in (low - 0.01, low + 0.01, high - 0.01, high + 0.01)
    ]
    assert answers == ["spoof", "uncertain", "uncertain", "bonafide"]
    assert made.probability(-1e9) == 0.0
    assert made.probability(1e9) == 1.0


# 3


def test_the_score_is_the_mean_over_windows(clip, detector):
    path = clip("long.wav", 9)
    answer = predict_clip(path, detector)
    wave, _ = soundfile.read(path, dtype="float32")
    parts = [wave[:64_000], wave[64_000:128_000], wave[-64_000:]]
    expected = detector.scores(np.stack(parts))
    np.testing.assert_allclose(answer.scores, expected, atol=1e-5)
    np.testing.assert_allclose(answer.starts, [0, 4, 5])
    assert answer.score == pytest.approx(expected.mean(), abs=1e-5)
    assert answer.seconds == 9
    assert answer.probability_bonafide == pytest.approx(
        1 / (1 + np.exp(-answer.score)), abs=1e-6
    )


def test_a_silent_window_is_passed_over(tmp_path, detector):
    wave = np.concatenate([voice(4), np.zeros(8 * RATE, np.float32)])
    path = tmp_path / "half.wav"
    soundfile.write(path, wave, RATE, subtype="FLOAT")
    answer = predict_clip(path, detector)
    assert answer.starts.tolist() == [0]
    assert answer.seconds == 12


@pytest.mark.parametrize(
    ("samples", "reason"),
    [(np.zeros(RATE), "silent throughout"), (voice(0.19), "at least 0.2 s")],
)
def test_what_is_not_judged(tmp_path, detector, samples, reason):
    path = tmp_path / "clip.wav"
    soundfile.write(path, samples, RATE)
    with pytest.raises(AudioError, match=reason) as caught:
        predict_clip(path, detector)
    assert str(path) in str(caught.value)


def test_one_bad_clip_does_not_stop_the_rest(clip, detector, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound")
    named = [("a", clip("a.wav", 0.2)), ("bad", bad), ("b", clip("b.wav", 1))]
    first, wrong, last = predict_clips(named, detector)
    assert first.error is None
    assert last.error is None
    assert "not a sound file" in wrong.error


# 4


def test_the_six_keys(clip, detector):
    keys = ["clip", "score", "probability_bonafide", "answer", "seconds", "error"]
    good, bad = predict_clips([("x", clip("x.wav", 1)), ("y", "nowhere.wav")], detector)
    assert list(good.to_dict()) == list(bad.to_dict()) == keys
    assert good.to_dict()["error"] is None
    told = bad.to_dict()
    assert told.pop("clip") == "y"
    assert "no such file" in told.pop("error")
    assert set(told.values()) == {None}


# 5


def test_a_detector_is_read_as_it_was_written(tmp_path, clip, detector, monkeypatch):
    detector.save(tmp_path / "kept")
    read = Detector.open(tmp_path / "kept")
    assert read.calibration == detector.calibration
    assert read.origin == detector.origin
    path = clip("x.wav", 2)
    assert predict_clip(path, read).score == predict_clip(path, detector).score
    monkeypatch.setattr(
        "antispoof.inference.detector.PRETRAINED_DIR", tmp_path / "kept"
    )
    assert inference.has_pretrained()
    assert antispoof.check(path).score == predict_clip(path, detector).score


def test_no_detector(tmp_path, detector, monkeypatch):
    monkeypatch.setattr(
        "antispoof.inference.detector.PRETRAINED_DIR", tmp_path / "none"
    )
    assert not inference.has_pretrained()
    with pytest.raises(RunError, match="--run DIR"):
        inference.load()
    with pytest.raises(RunError, match="is no run"):
        inference.load(tmp_path)
    kept = tmp_path / "kept"
    detector.save(kept)
    (kept / "model.safetensors").write_bytes(b"garbage")
    with pytest.raises(RunError, match="no weights"):
        Detector.open(kept)
    (kept / "card.json").write_text("{}")
    with pytest.raises(RunError, match="no detector"):
        Detector.open(kept)


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        ("calibration", {"slope": 0}, "slope=0; accepted"),
        ("calibration", {"slope": float("nan")}, "slope=nan; accepted"),
        ("calibration", {"intercept": float("inf")}, "intercept=inf; accepted"),
        ("calibration", {"intercept": []}, "holds no detector"),
        ("origin", {"calibrated_on": 3}, "where texts are accepted"),
        ("origin", {"corpus": {"kind": [], "fitted": 3}}, "where texts are accepted"),
        ("origin", {"corpus": {"kind": "mini", "fitted": "3"}}, "fitted on '3' clips"),
        ("origin", {"corpus": {"kind": "mini"}}, "fitted"),
    ],
)
def test_a_damaged_card(tmp_path, detector, where, value, told):
    detector.save(tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    card[where] |= value
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(RunError, match=told):
        Detector.open(tmp_path)


def test_a_card_nested_too_deeply(tmp_path, detector):
    detector.save(tmp_path)
    (tmp_path / "card.json").write_text("[" * 100_000)
    with pytest.raises(RunError, match="no detector"):
        Detector.open(tmp_path)


def test_weights_that_went_astray(tmp_path, detector, clip):
    detector.save(tmp_path)
    astray = Detector.open(tmp_path)
    with torch.no_grad():
        next(astray.model.parameters()).fill_(float("nan"))
    (answer,) = predict_clips([("x", clip("x.wav", 1))], astray)
    assert "scores that are not finite" in answer.error


# 6


def test_folders(clip, tmp_path):
    for name in ("b.wav", "sub/a.FLAC", "sub/.hidden.wav"):
        soundfile.write(clip("x.wav", 0.1), voice(0.1), RATE)
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x.wav").rename(tmp_path / "in" / name)
    (tmp_path / "in" / "notes.txt").write_text("no clip")
    names = [
        name for name, _ in collect_inputs([str(tmp_path / "in"), "-", "lost.txt"])
    ]
    inside = [str(tmp_path / "in" / n) for n in ("b.wav", "sub/a.FLAC")]
    assert names == [*inside, "-", "lost.txt"]


# 7


@pytest.mark.parametrize(
    ("score", "parts"),
    [
        (-40.0, ("probably fake", "about 99 are fake")),
        (0.4, ("cannot tell", "about 60 are real")),
        (3.0, ("probably a real voice", "about 95 are real")),
    ],
)
def test_a_sentence(detector, score, parts):
    made = detector.calibration
    answer = inference.Prediction(
        clip="x",
        score=score,
        probability_bonafide=made.probability(score),
        answer=made.answer(score),
        seconds=2.0,
        threshold=made.threshold,
    )
    told = inference.sentence(answer)
    for part in (*parts, f"{score:.2f}", "2.0 s"):
        assert part in told
    assert "not evidence in court" in inference.about(detector)
    assert "12 clips of simulated speech" in inference.about(detector)


# 8


@pytest.mark.parametrize("name", [*CONDITIONS, *FORMATS])
def test_conditions_keep_the_clip(name):
    wave = voice(1)
    changed = {**CONDITIONS, **FORMATS}[name](wave)
    assert changed.dtype == np.float32
    assert abs(len(changed) - len(wave)) < 0.2 * RATE  # codecs pad to whole frames
    assert np.isfinite(changed).all()


def test_conditions_do_what_they_say():
    wave = voice(1)
    noisy = CONDITIONS["noise at 20 dB"](wave)
    snr = 10 * np.log10(np.square(wave).mean() / np.square(noisy - wave).mean())
    assert snr == pytest.approx(20, abs=0.2)
    spectrum = np.abs(np.fft.rfft(CONDITIONS["telephone"](wave)))
    hertz = np.fft.rfftfreq(2 * (len(spectrum) - 1), 1 / RATE)
    inside = np.square(spectrum[(hertz > 500) & (hertz < 3_000)]).mean()
    assert np.square(spectrum[hertz > 4_500]).mean() < 1e-3 * inside
    padded = np.pad(wave, RATE // 2)
    assert abs(len(trim(padded)) - len(wave)) <= 4 * 160
    assert is_silent(padded)[:49].all()
    wav = FORMATS["WAV at 44.1 kHz"](wave)
    inner = slice(500, len(wave) - 500)
    low = np.abs(np.fft.rfft(wav[inner] - wave[inner]))[:6_000]
    assert low.max() < 0.02 * np.abs(np.fft.rfft(wave[inner])).max()


# 9


def test_measures_of_made_scores(monkeypatch):
    monkeypatch.setattr(measurement, "REPLICATES", 50)
    n = 2_000
    random = np.random.default_rng(3)
    made = Calibration(slope=1.0, intercept=0.0, n_bonafide=1, n_spoof=1)
    scores = random.normal(0, 2, n)
    is_real = random.random(n) < 1 / (1 + np.exp(-scores))
    trials = pd.DataFrame(
        {
            "condition": CLEAN,
            "utt_id": [f"U{i}" for i in range(n)],
            "speaker": [f"S{i % 40}" for i in range(n)],
            "attack": np.where(is_real, "-", "A07"),
            "label": np.where(is_real, "bonafide", "spoof"),
            "score": scores,
        }
    )
    # Every probability is true, so what error is left is chance's.
    assert measurement.calibration_error(trials, made) < 0.05
    assert measurement.expected_ece(trials, made) < 0.05
    bold = Calibration(slope=5.0, intercept=0.0, n_bonafide=1, n_spoof=1)
    assert measurement.calibration_error(trials, bold) > 0.1
    reach = np.log(9)
    decided = np.abs(scores) >= reach
    assert measurement.coverage(trials, made) == decided.mean()
    wrong = (scores > 0) != is_real
    assert measurement.selective_error(trials, made) == wrong[decided].mean()
    low, high = measurement.interval(trials, lambda t: measurement.coverage(t, made))
    assert low < decided.mean() < high
    worse = trials.assign(condition="worse", score=random.normal(0, 2, n))
    told = measurement.robustness(pd.concat([trials, worse], ignore_index=True))
    assert told["condition"].tolist() == [CLEAN, "worse"]
    assert told["cost"].iloc[0] == 0
    assert told["eer"].iloc[1] == pytest.approx(0.5, abs=0.05)
    assert told["low"].iloc[1] > 0.1


def test_score_trials(clip, detector):
    trials = pd.DataFrame(
        {
            "utt_id": ["U1", "U2"],
            "speaker": "S1",
            "attack": ["-", "A07"],
            "label": ["bonafide", "spoof"],
            "path": [str(clip("u1.wav", 1)), str(clip("u2.wav", 5, seed=1))],
        }
    )
    chosen = {"WAV at 44.1 kHz": FORMATS["WAV at 44.1 kHz"]}
    table = measurement.score_trials(detector, trials, chosen)
    assert len(table) == 4
    clean = measurement.select_condition(table)
    for row, path in zip(clean.itertuples(), trials["path"], strict=True):
        assert row.score == pytest.approx(predict_clip(path, detector).score, abs=1e-4)


# 10

WITHOUT_HEAVY = """
import sys
from pathlib import Path
from antispoof.inference import Detector, predict_clip
predict_clip(sys.argv[1], Detector.open(Path(sys.argv[2])))
heavy = "accelerate", "antispoof.runs", "matplotlib", "scipy", "sklearn"
print([name for name in heavy if name in sys.modules])
"""


def test_an_answer_loads_little(clip, detector, tmp_path):
    detector.save(tmp_path / "kept")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_HEAVY, clip("x.wav", 1), tmp_path / "kept"],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n", done.stdout + done.stderr


def test_the_random_detector_left_torch_alone(detector):
    assert not detector.model.training
    assert torch.is_grad_enabled()
