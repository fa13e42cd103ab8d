"""Contracts of the pages about single clips.

1. Answers are sentences, escape the name of a clip, and state the limits of the
   detector once; without a detector they are one sentence.
2. Tables show the measures below, with exact intervals; without them a sentence.
3. Measures are right on scores made to order. (Intervals: see the tests of stats.)
4. The upload button judges what it is given, in either form of ipywidgets, is not shown
   in a batch run, and leaves no file behind.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from antispoof.inference import predict_clips
from antispoof.inference.domain import Domain, Reference
from antispoof_report import inference_tables as tables
from antispoof_report import report
from conditions import CLEAN, CONDITIONS
from corpora import trials_table, write_flac


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch):
    monkeypatch.setattr(tables, "N_REPLICATES", 50)


def test_answers(tmp_path, detector):  # 1
    path = tmp_path / "x.wav"
    write_flac(path, seed=0, seconds=1)
    clips = [("<script>alert(1)</script>", path), ("lost", tmp_path / "lost.wav")]
    shown = report.answers(list(predict_clips(clips, detector)), detector)
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html
    assert "as frequent among" in shown.text
    assert "no such file" in shown.text
    assert shown.text.count("not meant for a court") == 1


@pytest.fixture
def measured():
    random = np.random.default_rng(1)
    n, attack = np.arange(30), ["-", "A07", "A08"] * 10
    trials = trials_table(n % 3 == 0, n % 6, attack=attack)
    real = trials["label"] == "bonafide"
    tables = []
    for name in (CLEAN, *CONDITIONS):
        table = trials.assign(condition=name, score=random.normal(2 * real - 1, 2))
        table["distance"] = random.random(len(n))
        table["high_band"] = -60 * (name == "telephone") - random.random(len(n))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


@pytest.fixture
def knowing(detector):
    """A detector whose calibration clips have no narrow band."""
    any_value = Reference.of(np.linspace(-9, 9, 99), ["one"] * 99)
    band = Reference.of(np.linspace(-9, 0, 99), ["one"] * 99)
    return replace(detector, domain=Domain(any_value, band, any_value))


def test_tables(measured, knowing):  # 2
    detector = knowing
    robust = report.robustness_table(measured, detector).text
    keep = (measured["condition"] == CLEAN) | (measured.index % 30 < 20)
    few = report.robustness_table(measured[keep], detector).text
    assert "What happens to 20 clips" in few
    for name in (CLEAN, *CONDITIONS):
        assert name in robust
    shift = tables.probability_shift(measured, detector.calibration)
    assert f"{shift['telephone']:.3f}" in robust
    assert re.search(r"telephone +[\d.]+.% +[\d.]+ +[\d.]+ +100\.0.% +0 of 10", robust)
    assert re.search(r"as it is +[\d.]+.% +[\d.]+ +[\d.]+ +0\.0.%", robust)
    clean = measured["score"][measured["condition"] == CLEAN]
    found = np.mean(detector.calibration.answer(clean) != "uncertain")
    assert f"{100 * found:.1f}" in report.decisions_table(measured, detector).text
    for table in (report.robustness_table, report.decisions_table):
        assert "Measured errors" in table(None, detector).text


def test_refused_clips_are_not_decided(measured, knowing):  # 3
    trials = tables.select_condition(measured, "telephone")
    refused = tables.with_answers(trials, knowing)
    assert not refused["in_domain"].any()
    assert set(refused["answer"]) == {"uncertain"}
    assert set(refused["sign"]) == {0}


def test_a_source_left_out(measured):  # 3
    clean = tables.select_condition(measured)
    real = clean["label"] == "bonafide"
    clean["source"] = np.where(np.arange(len(clean)) % 2, "a", "b")
    clean["score"] = np.where(real, 5.0, -5.0)
    odd = clean["source"] == "a"
    clean.loc[odd & real, "score"] = -9.0
    many = pd.concat([clean] * 20)
    shown = report.left_out_table(many).text
    # Fakes called fake, real clips called fake.
    assert re.search(r"a +200 of 200 \(.*\) +100 of 100 \(96 to 100.%\)", shown)
    assert re.search(r"b +0 of 200 \(.*\) +0 of 100 \(0 to 4.%\)", shown)


def test_examples(measured, knowing):  # 3
    clean = tables.select_condition(measured).copy()
    clean["score"] = np.where(clean["label"] == "bonafide", 5.0, -5.0)
    clean.loc[0, ["score", "label"]] = -5.0, "bonafide"
    clean.loc[1, "high_band"] = -80.0
    trials = clean[["utt_id", "label"]].assign(path=clean["utt_id"])
    shown = tables.example_clips(trials, clean, knowing)
    ids = clean["utt_id"]
    assert shown["wrong (real clip)"] == ids[0]
    assert shown[f"refused ({tables.WORDS[clean['label'][1]]} clip)"] == ids[1]
    assert [name.split()[0] for name in shown] == ["right", "wrong", "refused"]
    others = trials.assign(utt_id="other")
    found = set(tables.example_clips(others, clean, knowing))
    assert found == {"real clip", "fake clip"}


def test_parts_and_refusals(measured, detector):  # 3
    spliced = pd.DataFrame({"seconds": [0, 0, 2, 2], "lowest": [1, 0.5, 0.05, 0.06]})
    shown = report.parts_table(spliced).text
    assert re.search(r"none +0 of 2", shown)
    assert re.search(r"2 s +1 of 2", shown)
    clean = tables.select_condition(measured)
    wrong = (clean["score"] > 0) != (clean["label"] == "bonafide")
    clean["distance"] = wrong.astype(float)
    shown = report.refusals_table(clean, detector).text
    assert re.search(rf"distance.* {wrong.sum()} of {wrong.sum()}", shown)


def test_measures_of_made_answers():  # 3
    rng = np.random.default_rng(3)
    sign, labels = rng.integers(-1, 2, 2_000), rng.integers(0, 2, 2_000)
    is_real = labels == 1
    found = {n: measure(sign, labels) for n, measure in tables.DECISIONS.items()}
    assert found["coverage"] == (sign != 0).mean()
    wrong = (sign > 0) != is_real
    assert found["selective_error"] == wrong[sign != 0].mean()
    assert found["accused"] == (sign < 0)[is_real].mean()
    assert found["found"] == (sign < 0)[~is_real].mean()
    none = np.zeros(2), np.array([0, 1])
    assert np.isnan(tables.DECISIONS["selective_error"](*none))


def test_answers_by_source(measured, knowing):  # 2
    trials = measured[measured["condition"] == CLEAN]
    trials = trials.assign(source=np.where(trials["label"] == "bonafide", "a", "b"))
    shown = report.sources_table(trials, knowing).text
    n = (trials["label"] == "bonafide").sum()
    low = ((trials["label"] == "bonafide") & (trials["score"] < -2.2)).sum()
    assert re.search(rf"a +0 +{low} of {n} ", shown)


def test_glued_numbers(measured, detector, glued):  # 2
    report.glue_inference(detector, None, None)
    names = set(glued)
    assert set(glued.values()) == {"—", "12", "0"}
    sources = np.where(measured.index % 2, "a", "mindslab-ai/univnet")
    clean = tables.select_condition(measured.assign(source=sources))
    many = pd.concat([clean] * 20)
    report.glue_inference(detector, measured.assign(source=sources), many)
    assert (glued["check_n"], glued["check_n_train"]) == ("30", "12")
    assert set(glued) == names
    assert "—" not in glued.values()


@pytest.mark.parametrize("version", [7, 8])
def test_upload(detector, monkeypatch, tmp_path, version):  # 4
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    box = report.upload(detector, wanted=True)
    button, output = box.children
    write_flac(tmp_path / "clip", seed=0, seconds=1)
    name, data = "../../some clip.wav", memoryview((tmp_path / "clip").read_bytes())
    value = ({"name": name, "type": "", "size": 1, "content": data},)
    if version == 7:
        value = {name: {"metadata": {}, "content": bytes(data)}}
    button.notify_change({"name": "value", "new": value, "type": "change"})
    (shown,) = output.outputs
    assert "as frequent among" in shown["data"]["text/plain"]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_no_button_in_a_batch_run(detector, monkeypatch):  # 4
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    assert report.upload(detector) is None
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    assert report.upload(detector) is not None
