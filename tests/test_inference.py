"""Contracts of predictions for single clips.

1. Windows follow one another and cover the clip; the last ends with it; a clip shorter
   than a window is padded; how the clip was cut into blocks makes no difference.
2. Answers are "uncertain" exactly between the thresholds of the calibration. (That
   it finds the log odds: see the tests of metrics.)
3. A clip's score is the mean over its windows; digital silence is not scored.
4. A file that holds less than it announces gets a warning, and no answer if it is less
   than half; what a recorder could not announce is no loss.
5. A detector is read as it was written; the pretrained one gives the recorded scores;
   anything else is a RunError, and so are weights whose scores are not numbers.
6. A sentence gives the answer and its uncertainty, never certainty; the note below it
   names the training corpus, its caveat and what the calibration knows.
7. A prediction for one clip imports nothing that only training, statistics or figures
   need: the first answer waits for torch and little else.
8. What has no voice in it (a tone, a chord, noise, one bit, silence) gets a sentence;
   real clips have a voice.
"""

import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch

import antispoof
from antispoof.audio import load_mono_16k
from antispoof.audio.voice import has_voice
from antispoof.augment.codec import encode
from antispoof.calibration import ALPHA, Calibration, share_right
from antispoof.corpora import open_corpus
from antispoof.errors import AudioError, RunError
from antispoof.inference import Prediction, load_detector, predict_clip, predict_clips
from antispoof.inference.base import describe_detector
from antispoof.inference.detector import Detector
from antispoof.inference.loading import PRETRAINED_DIR
from antispoof.inference.prediction import format_prediction
from antispoof.inference.windows import iter_windows
from antispoof_report.inference_tables import read_measurements
from conftest import SHARED, run_python
from corpora import voice, write_voice
from export_weights import count_answers

RATE = 16_000


@pytest.mark.parametrize("length", [1, 10, 11, 20, 39])
def test_windows_cover_the_clip(length):  # 1
    wave = np.arange(1, length + 1, dtype=np.float32)
    padded = np.append(wave, np.zeros(max(0, 10 - length), np.float32))
    last = max(0, length - 10)
    starts = [*range(0, last, 10), last]
    for blocks in ([wave], np.array_split(wave, 4)):
        windows = list(iter_windows(blocks, 10))
        assert [start for start, _ in windows] == starts
        for start, window in windows:
            np.testing.assert_array_equal(window, padded[start : start + 10])
    assert list(iter_windows([], 10)) == []


@pytest.mark.parametrize("limits", [(-3.0, 1.0), (1.0, -3.0)])
def test_uncertain_between_the_thresholds(limits):  # 2
    calibration = Calibration(0.5, 1.0, 1, 1, *limits)
    assert calibration.probability([-1e9, -2, 1e9]) == pytest.approx([0, 0.5, 1])
    answers = ["spoof", "uncertain", "uncertain", "bonafide"]
    assert calibration.answer([-3.01, -2.99, 0.99, 1.01]).tolist() == answers


def test_a_ratio_is_shrunken_and_bounded():  # 2
    """By the number of clips; a small source counts for no more than its clips."""
    rng, labels = np.random.default_rng(0), np.repeat([0, 1], [40, 30])
    scores = rng.normal(6 * labels, 1)
    fitted = Calibration.fit(scores, labels, partition="dev")
    bounds = fitted.llr([-1e3, 1e3])
    assert bounds == pytest.approx([-np.log(31), np.log(41)])
    assert fitted.probability(1e3) == pytest.approx(41 / 42)
    assert abs(fitted.log_odds(1e3)) > 100
    sources = ["a"] * 40 + ["a"] * 28 + ["b"] * 2
    uneven = Calibration.fit(scores, labels, partition="dev", sources=sources)
    n = 1 / (28 * (1 / 56) ** 2 + 2 * (1 / 4) ** 2)
    assert uneven.largest_llr_spoof == pytest.approx(np.log1p(n))
    thousand = np.tile(scores, 100), np.tile(labels, 100)
    assert fitted.slope < Calibration.fit(*thousand, partition="dev").slope


def test_few_of_a_class_are_called_the_other():  # 2
    """On new clips of the same kind, at most ALPHA; every source counts the same."""
    rng = np.random.default_rng(0)
    n, rates = 400, {0: [], 1: []}
    for _ in range(50):
        scores, labels = rng.normal(0, 1, 2 * n), np.repeat([0, 1], n)
        fitted = Calibration.fit(scores + labels, labels, partition="dev")
        answers = fitted.answer(rng.normal([[0], [1]], 1, (2, n)))
        for label, wrong in ((0, "bonafide"), (1, "spoof")):
            rates[label].append(np.mean(answers[label] == wrong))
    for label, alpha in ALPHA.items():
        assert alpha / 2 < np.mean(rates[label]) <= alpha + 0.005


def test_each_source_has_the_same_weight():  # 2
    scores = np.concatenate([np.linspace(0, 1, 300), np.linspace(-5, -4, 20)])
    scores = np.concatenate([scores, np.linspace(-9, -6, 100)])
    labels = np.repeat([1, 0], [320, 100])
    sources = ["large"] * 300 + ["small"] * 20 + ["fake"] * 100
    options = {"partition": "dev"}
    plain = Calibration.fit(scores, labels, **options)
    equal = Calibration.fit(scores, labels, sources=sources, **options)
    assert plain.spoof_below > -4.7  # 8 of 320 real clips are lower
    assert equal.spoof_below == -5.0  # one of the small source weighs that much
    few = Calibration.fit([0.0, 1.0], [0, 1], **options)
    assert few.thresholds == (-np.inf, np.inf)


def test_an_answer_that_fails_on_sources_left_out_is_withheld():  # 2
    """The fakes of "new" look more real than real clips; those of "old" do not."""
    scores = np.concatenate([np.linspace(0, 1, 200), np.linspace(-9, -8, 100)])
    scores, labels = np.append(scores, np.full(50, 0.99)), np.repeat([1, 0], [200, 150])
    sources = ["old", "new"] * 100 + ["old"] * 100 + ["new"] * 50
    options = {"partition": "dev"}
    fitted = Calibration.fit(scores, labels, sources=sources, **options)
    # By the limit of "old", all of "new" are called real: half of it is wrong.
    assert fitted.withheld == ["bonafide"]
    assert fitted.thresholds == (fitted.spoof_below, np.inf)
    assert fitted.answer([-9, 0.5, 1e9]).tolist() == ["spoof", *["uncertain"] * 2]
    assert Calibration.fit(scores, labels, **options).withheld == []
    some = np.arange(300)  # without the fakes of "new"
    kept = Calibration.fit(scores[some], labels[some], sources=sources[:300], **options)
    assert kept.withheld == []
    one = np.repeat(["real", *["fake", "other"] * 75], [200, *[1] * 150])
    assert np.isnan(share_right(scores, labels, one, 0))  # no other real source


def test_the_score_is_the_mean_over_windows(tmp_path, detector):  # 3
    wave = np.concatenate([voice(4), np.zeros(4 * RATE, np.float32), voice(1)])
    path = tmp_path / "long.wav"
    soundfile.write(path, wave, RATE, subtype="FLOAT")
    prediction = predict_clip(path, detector)
    expected = detector.score(np.stack([wave[:64_000], wave[-64_000:]])).scores
    np.testing.assert_allclose(prediction.scores, expected, atol=1e-5)
    assert prediction.starts.tolist() == [0, 5]  # 4 to 8 s are silent
    assert prediction.score == pytest.approx(expected.mean(), abs=1e-5)
    assert prediction.seconds == 9
    sigmoid = 1 / (1 + np.exp(-prediction.score))
    assert prediction.probability_bonafide == pytest.approx(sigmoid, abs=1e-6)


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_what_was_cut_off(tmp_path, detector, kind):  # 4
    """A file that was cut off was judged on the rest without a word."""
    path, data = tmp_path / f"cut.{kind}", encode(voice(6), RATE, kind, 64)
    path.write_bytes(data[: int(0.7 * len(data))])
    (warning, *_) = predict_clip(path, detector).warnings
    assert re.fullmatch(r"only 4\.\d s of the 6\.\d s that it announces .*", warning)
    path.write_bytes(data[: int(0.4 * len(data))])
    with pytest.raises(AudioError, match=r"only 2\.\d s of the 6\.\d s"):
        predict_clip(path, detector)
    path.write_bytes(data)
    assert not any("cut off" in w for w in predict_clip(path, detector).warnings)


def test_a_recorder_that_cannot_seek(tmp_path, detector):  # 4
    path = write_voice(tmp_path / "a.wav", 3)
    data = path.read_bytes()
    at = data.index(b"data") + 4
    for size in (b"\xff\xff\xff\x7f", b"\xff" * 4, b"\0" * 4):
        path.write_bytes(data[:at] + size + data[at + 4 :])
        (prediction,) = predict_clips([("a", path)], detector)
        assert "cut off" not in str(prediction.error) + str(prediction.warnings)


def test_a_detector_is_read_as_it_was_written(detector, tmp_path, monkeypatch):  # 5
    folder = tmp_path / "pretrained"
    monkeypatch.setattr("antispoof.inference.loading.PRETRAINED_DIR", folder)
    with pytest.raises(RunError, match="holds no detector"):
        load_detector()
    detector.save(folder)
    read = load_detector()
    assert read.calibration == detector.calibration
    assert read.metadata == detector.metadata
    path = write_voice(tmp_path / "x.wav", 2)
    score = predict_clip(path, detector).score
    assert predict_clip(path, read).score == antispoof.predict(path).score == score


def test_the_pretrained_detector_gives_the_recorded_scores(shared):  # 5
    measured = read_measurements("measured")
    measured = measured[measured["condition"] == "as it is"][:5]
    folder = "corpora/asvspoof2019-la-subset/LA/ASVspoof2019_LA_eval/flac"
    detector = load_detector()
    for utt_id, score in zip(measured["utt_id"], measured["score"], strict=True):
        path = shared(f"{folder}/{utt_id}.flac")
        assert predict_clip(path, detector).score == pytest.approx(score, abs=1e-3)


def test_a_damaged_card(tmp_path, detector):  # 5
    for where, value, message in (
        ("calibration", {"slope": 0}, "slope=0, intercept=0.0: .* accepted"),
        ("calibration", {"intercept": float("inf")}, "intercept=inf: .* accepted"),
        ("calibration", {"intercept": []}, "holds no detector"),
        ("metadata", {"corpus": {"title": "", "n_train": 3}}, "caveat"),
        ("metadata", {"model": "nothing"}, "unknown model 'nothing'"),
    ):
        detector.save(tmp_path)
        card = json.loads((tmp_path / "card.json").read_text())
        card[where] |= value
        (tmp_path / "card.json").write_text(json.dumps(card))
        with pytest.raises(RunError, match=message):
            Detector.load(tmp_path)


def test_damaged_weights(tmp_path, detector):  # 5
    detector.save(tmp_path)
    broken = Detector.load(tmp_path)
    with torch.no_grad():
        next(broken.model.parameters()).fill_(float("nan"))
    clip = write_voice(tmp_path / "x.wav", 1)
    (prediction,) = predict_clips([("x", clip)], broken)
    assert "scores that are not finite" in prediction.error


def test_a_sentence(detector):  # 6
    for score, *parts in (
        (-40.0, "probably fake", "very strong support for a fake"),
        (-np.log(12), "12 times as frequent among fakes", "moderate support"),
        (0.4, "cannot tell", "about as frequent among real voices", "0.40", "2.0 s"),
        (0.9, "2 times as frequent among real voices", "fakes of new kinds often"),
        (-0.9, "2 times as frequent among fakes", "too little to decide"),
        (3.0, "probably a real voice", "20 times", "support for a real voice"),
    ):
        answer = str(detector.calibration.answer(score))
        one = Prediction("x", score, None, answer, 2.0, llr=score)
        sentence = format_prediction(one)
        assert all(part in sentence for part in parts), sentence


def test_the_note_names_what_the_detector_knows(detector):  # 6
    """B11: the pretrained weights are calibrated on the attacks of their training."""
    note = describe_detector(detector)
    assert "It learned from 12 clips of a corpus of noise. How often" in note
    assert "counted on other clips, 5 real and 7 fake." in note
    note = describe_detector(load_detector())
    assert "clips of 11 sources and 59 systems" in note
    assert "clips are dev, 3 of whose 4 sources it was not trained on" in note


def test_the_counts_of_answers_are_those_of_the_measurements():  # 6
    detector = load_detector()
    tables = (pd.read_csv(PRETRAINED_DIR / f"{x}.csv") for x in ("measured", "spliced"))
    checks = count_answers(*tables, detector)
    assert detector.metadata["checks"] == checks
    real, fake = checks["bonafide"]["spoof"], checks["spoof"]["spoof"]
    said = describe_detector(detector)
    assert f"“probably fake” {real + fake} times, and {real} of these were real" in said


WITHOUT_HEAVY = """
import sys
from pathlib import Path
from antispoof.inference import predict_clip
from antispoof.inference.detector import Detector
predict_clip(sys.argv[1], Detector.load(Path(sys.argv[2])))
heavy = "accelerate", "antispoof.runs", "matplotlib", "scipy", "sklearn"
print([name for name in heavy if name in sys.modules])
"""


def test_a_prediction_imports_little(detector, tmp_path):  # 7
    detector.save(tmp_path / "kept")
    clip = write_voice(tmp_path / "x.wav", 1)
    done = run_python(WITHOUT_HEAVY, clip, tmp_path / "kept")
    assert done.stdout == "[]\n", done.stdout + done.stderr


N, NOISE = np.arange(4 * RATE), np.random.default_rng(0).standard_normal(4 * RATE)
SOUNDS = {
    "silence": np.zeros(len(N)),
    "click": np.eye(1, len(N), 100)[0],
    "constant": np.full(len(N), 0.3),
    "tone": 0.5 * np.sin(2 * np.pi * 440 * N / RATE),
    "chord": sum(0.2 * np.sin(2 * np.pi * f * N / RATE) for f in (220, 277, 330)),
    "square": 0.3 * np.sign(np.sin(2 * np.pi * 150 * N / RATE)),
    "noise": NOISE,
    "brown": np.cumsum(NOISE),
    "one bit": np.sign(NOISE),
    "step": np.repeat([0.0, 0.3], len(N) // 2),
}


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
def test_no_voice_no_answer(sound, tmp_path, detector):  # 8
    assert not has_voice(sound)
    path = tmp_path / "sound.wav"
    soundfile.write(path, sound / max(1, np.abs(sound).max()), RATE)
    (prediction,) = predict_clips([("sound", path)], detector)
    assert prediction.answer is None
    assert "voice" in prediction.error


@pytest.mark.parametrize("name", ["asvspoof2019-la-subset", "open-fakes"])
def test_real_clips_have_a_voice(name):  # 8
    folder = SHARED / "corpora" / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    trials = open_corpus(folder).trials.sample(60, random_state=1)
    voiced = [has_voice(load_mono_16k(path)) for path in trials["path"]]
    assert np.mean(voiced) > 0.96  # some digits are too short
