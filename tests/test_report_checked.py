"""Contracts of the pages about single clips.

1. Answers say what `sentence` says, escape the name of a clip, and tell once what the
   detector cannot know; without a detector a sentence stands in their place.
2. Tables show what `measuring` computes; without measurements a sentence.
3. The upload button judges what it is given, in either form of ipywidgets, shows
   nothing where nobody looks on, and leaves no file behind.
4. Figures: a line a window; as many cells as there are attributions.
"""

import io

import numpy as np
import pandas as pd
import pytest
import soundfile

import antispoof_report as report
from antispoof.augment.conditions import CLEAN, CONDITIONS, FORMATS
from antispoof.inference import measurement, predict_clips
from antispoof.plots import attributions, timeline


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch):
    monkeypatch.setattr(measurement, "REPLICATES", 20)


def wav():
    noise = 0.1 * np.random.default_rng(0).standard_normal(16_000)
    file = io.BytesIO()
    soundfile.write(file, noise, 16_000, format="WAV")
    return file.getvalue()


# 1


def test_answers(tmp_path, detector):
    path = tmp_path / "x.wav"
    path.write_bytes(wav())
    named = [("<script>alert(1)</script>", path), ("lost", tmp_path / "lost.wav")]
    shown = report.answers(list(predict_clips(named, detector)), detector)
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html
    assert "of 100 clips with this score" in shown.text
    assert "no such file" in shown.text
    assert shown.text.count("not evidence in court") == 1
    assert "brings no weights" in report.answers([], None).text


# 2


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


def test_tables(measured, detector):
    robust = report.robustness_table(measured)
    for name in (CLEAN, *CONDITIONS):
        assert name in robust.text
    costs = measurement.robustness(measured)
    assert f"{100 * costs['eer'].iloc[1]:.1f}" in robust.text
    belief = report.calibration_table(measured, detector)
    clean = measurement.select_condition(measured)
    error = measurement.calibration_error(clean, detector.calibration)
    assert f"{100 * error:.1f}" in belief.text
    formats = report.formats_table(measured, detector)
    moved = measurement.probability_shift(measured, detector.calibration)
    assert f"{moved.iloc[0]:.3f}" in formats.text
    assert "A08" in report.attacks_table(measured).text
    for empty in (
        report.robustness_table(None),
        report.attacks_table(None),
        report.calibration_table(measured, None),
        report.formats_table(None, detector),
    ):
        assert "no recorded runs" in empty.text


def test_glued_numbers(measured, detector, monkeypatch):
    glued = {}
    monkeypatch.setattr("antispoof_report.inference_tables.glue", glued.__setitem__)
    deletion = pd.DataFrame({"explained": [1.0, 3.0], "random": [0.1, 0.3]})
    calibrated = measurement.select_condition(measured).assign(
        beginning=lambda t: t["score"]
    )
    report.glue_inference(None, None, None, None)
    names = set(glued)
    assert set(glued.values()) == {"—"}
    report.glue_inference(detector, measured, deletion, calibrated)
    assert set(glued) == names
    assert glued["check_explained"] == "2.00"
    assert glued["check_n"] == "30"
    other = measurement.calibrate_on_first_window(calibrated)
    error = measurement.calibration_error(measurement.select_condition(measured), other)
    assert glued["check_beginning_ece"] == f"{error:.2f}"
    assert glued["check_further"] == "2 of 2"
    assert glued["check_reasons"] == "no more often"  # two of two may be chance
    many = pd.DataFrame({"explained": [1.0] * 6, "random": [0.1] * 6})
    report.glue_inference(detector, measured, many, calibrated)
    assert glued["check_reasons"] == "more often"
    assert "—" not in glued.values()


# 3


@pytest.mark.parametrize("version", [7, 8])
def test_upload(detector, monkeypatch, tmp_path, version):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    box = report.upload(detector, wanted=True)
    chooser, below = box.children
    data = memoryview(wav())
    name = "../../stranger's clip.wav"
    value = (
        {name: {"metadata": {}, "content": bytes(data)}}
        if version == 7
        else ({"name": name, "type": "", "size": 1, "content": data},)
    )
    chooser.notify_change({"name": "value", "new": value, "type": "change"})
    (shown,) = below.outputs
    assert "of 100 clips with this score" in shown["data"]["text/plain"]
    assert list(tmp_path.iterdir()) == []


def test_no_button_where_nobody_looks_on(detector, monkeypatch):
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)
    assert report.upload(detector) is None
    assert report.upload(None, wanted=True) is None
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    assert report.upload(detector) is None
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    assert report.upload(detector) is not None


# 4


def test_figures():
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
