"""Contracts of the pages about single clips.

1. Answers are sentences, escape the name of a clip, and state the limits of the
   detector once; without a detector they are one sentence.
2. Tables show the measures below; without measurements a sentence. An EER of fewer than
   ten clips is not printed.
3. Measures are right on scores made to order, with intervals over speakers.
4. The upload button judges what it is given, in either form of ipywidgets, is not shown
   in a batch run, and leaves no file behind.
5. Figures: one line per window; as many cells as there are attributions.
"""

import io

import numpy as np
import pandas as pd
import pytest
import soundfile

import antispoof_report as report
from antispoof.augment.conditions import CLEAN, CONDITIONS, FORMATS
from antispoof.inference import Calibration, predict_clips
from antispoof.plots import attributions, timeline
from antispoof_report import inference_tables as tables


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch):
    monkeypatch.setattr(tables, "N_REPLICATES", 50)


def wav():
    noise = 0.1 * np.random.default_rng(0).standard_normal(16_000)
    file = io.BytesIO()
    soundfile.write(file, noise, 16_000, format="WAV")
    return file.getvalue()


def test_answers(tmp_path, detector):  # 1
    path = tmp_path / "x.wav"
    path.write_bytes(wav())
    clips = [("<script>alert(1)</script>", path), ("lost", tmp_path / "lost.wav")]
    shown = report.answers(list(predict_clips(clips, detector)), detector)
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html
    assert "of 100 clips with this score" in shown.text
    assert "no such file" in shown.text
    assert shown.text.count("not evidence in court") == 1
    assert "no pretrained weights" in report.answers([], None).text


@pytest.fixture
def measured():
    random = np.random.default_rng(1)
    trials = pd.DataFrame(
        {
            "utt_id": [f"U{i}" for i in range(30)],
            "speaker": [f"S{i % 6}" for i in range(30)],
            "attack": ["-", "A07", "A08"] * 10,
            "label": ["bonafide", "spoof", "spoof"] * 10,
        }
    )
    real = trials["label"] == "bonafide"
    names = [CLEAN, *CONDITIONS, *FORMATS]
    scores = [random.normal(0, 2, 30) + 2 * real - 1 for _ in names]
    return pd.concat(
        [
            trials.assign(condition=name, score=score)
            for name, score in zip(names, scores, strict=True)
        ],
        ignore_index=True,
    )


def test_tables(measured, detector):  # 2
    robust = report.robustness_table(measured).text
    for name in (CLEAN, *CONDITIONS):
        assert name in robust
    clean = tables.select_condition(measured)
    error = tables.calibration_error(clean, detector.calibration)
    assert f"{100 * error:.1f}" in report.calibration_table(measured, detector).text
    shift = tables.probability_shift(measured, detector.calibration)
    assert f"{shift.iloc[0]:.3f}" in report.formats_table(measured, detector).text
    for missing in (
        report.robustness_table(None),
        report.attacks_table(None),
        report.calibration_table(measured, None),
        report.formats_table(None, detector),
    ):
        assert "Measured errors" in missing.text


def test_an_eer_of_few_clips_is_not_printed(measured):  # 2
    """B12: the table printed an EER with a decimal for an attack of a single clip."""
    assert report.attacks_table(measured).text.count("%") == 2
    keep = (measured["attack"] != "A08") | (measured.index % 30 < 27)  # 9 of A08
    (few,) = [
        line
        for line in report.attacks_table(measured[keep]).text.splitlines()
        if "A08" in line
    ]
    assert few.split() == ["A08", "9", "–"]


def test_measures_of_made_scores():  # 3
    n = 2_000
    rng = np.random.default_rng(3)
    true = Calibration(slope=1.0, intercept=0.0, n_bonafide=1, n_spoof=1)
    scores = rng.normal(0, 2, n)
    is_real = rng.random(n) < true.probability(scores)
    trials = pd.DataFrame(
        {
            "condition": CLEAN,
            "speaker": [f"S{i % 40}" for i in range(n)],
            "attack": np.where(is_real, "-", "A07"),
            "label": np.where(is_real, "bonafide", "spoof"),
            "score": scores,
        }
    )
    # Every probability is true, so the remaining error is chance.
    assert tables.calibration_error(trials, true) < 0.05
    assert tables.expected_ece(trials, true) < 0.05
    confident = Calibration(slope=5.0, intercept=0.0, n_bonafide=1, n_spoof=1)
    assert tables.calibration_error(trials, confident) > 0.1
    decided = np.abs(scores) >= np.log(9)
    assert tables.coverage(trials, true) == decided.mean()
    wrong = (scores > 0) != is_real
    assert tables.selective_error(trials, true) == wrong[decided].mean()
    found = tables.estimate(trials, lambda t: tables.coverage(t, true))
    low, high = found.rate_interval()
    # Speakers have equally many trials: the error of the mean over their fractions.
    of_speakers = pd.Series(decided).groupby(trials["speaker"]).mean()
    expected = of_speakers.std() / np.sqrt(len(of_speakers))
    assert found.standard_error == pytest.approx(expected, rel=0.25)
    assert low < decided.mean() < high


def test_glued_numbers(measured, detector, monkeypatch):  # 2
    glued = {}
    monkeypatch.setattr(tables, "glue", glued.__setitem__)
    deletion = pd.DataFrame({"explained": [1.0, 3.0], "random": [0.1, 0.3]})
    calibrated = tables.select_condition(measured).assign(
        first_window_score=lambda t: t["score"]
    )
    report.glue_inference(None, None, None, None)
    names = set(glued)
    assert set(glued.values()) == {"—"}
    report.glue_inference(detector, measured, deletion, calibrated)
    assert set(glued) == names
    assert glued["check_explained"] == "2.00"
    assert glued["check_n"] == "30"
    assert glued["check_n_train"] == "12"
    assert glued["check_further"] == "2 of 2"
    assert glued["check_reasons"] == "no more often"  # two of two may be chance
    many = pd.DataFrame({"explained": [1.0] * 6, "random": [0.1] * 6})
    report.glue_inference(detector, measured, many, calibrated)
    assert glued["check_reasons"] == "more often"
    assert "—" not in glued.values()


@pytest.mark.parametrize("version", [7, 8])
def test_upload(detector, monkeypatch, tmp_path, version):  # 4
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    box = report.upload(detector, wanted=True)
    button, output = box.children
    data = memoryview(wav())
    name = "../../some clip.wav"
    value = (
        {name: {"metadata": {}, "content": bytes(data)}}
        if version == 7
        else ({"name": name, "type": "", "size": 1, "content": data},)
    )
    button.notify_change({"name": "value", "new": value, "type": "change"})
    (shown,) = output.outputs
    assert "of 100 clips with this score" in shown["data"]["text/plain"]
    assert list(tmp_path.iterdir()) == []


def test_no_button_in_a_batch_run(detector, monkeypatch):  # 4
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)
    assert report.upload(detector) is None
    assert report.upload(None, wanted=True) is None
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    assert report.upload(detector) is None
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    assert report.upload(detector) is not None


def test_figures():  # 5
    starts, scores = np.array([0.0, 4.0, 5.0]), np.array([-3.0, 0.0, 4.0])
    figure = timeline.score_timeline(
        starts, scores, window=4, seconds=9, thresholds=(-2.0, 2.0)
    )
    (axes,) = figure.axes
    (lines,) = [c for c in axes.collections if len(c.get_paths()) == 3]
    drawn = [path.vertices.tolist() for path in lines.get_paths()]
    assert drawn == [[[0, -3], [4, -3]], [[4, 0], [8, 0]], [[5, 4], [9, 4]]]
    contributed = np.random.default_rng(0).standard_normal((64, 401))
    figure = attributions.attributions(np.zeros((64, 401)), contributed, seconds=4)
    images = [axes.images[0] for axes in figure.axes if axes.images]
    assert [image.get_array().shape for image in images] == [(64, 401)] * 2
    np.testing.assert_array_equal(images[1].get_array(), contributed)
    low, high = images[1].get_clim()
    assert low == -high
