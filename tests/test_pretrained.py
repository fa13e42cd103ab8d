"""Contracts of making the pretrained weights.

1. Training, calibration and measurement end in a folder that a detector opens, at
   most 2 MB large; its measured scores are that detector's. The card says what the
   training data had.
2. The calibration is fitted on predictions for dev: means over the windows of clips.
3. If it fails, the folder keeps what it held.
"""

import numpy as np
import pytest
import soundfile

import export_weights
from antispoof.audio import load_mono_16k
from antispoof.calibration import Calibration
from antispoof.config import TrainConfig
from antispoof.constants import SAMPLE_RATE
from antispoof.errors import CorpusError
from antispoof.inference.detector import Detector
from antispoof.inference.domain import band_powers, high_band_level
from antispoof.inference.prediction import score_windows
from antispoof_report.inference_tables import read_measurements
from corpora import flac_path


def mean_score(path, detector):
    return float(score_windows([load_mono_16k(path)], detector)[1].scores.mean())


def test_export_pretrained(tmp_path, small_corpus, small_frontend, monkeypatch):
    calls = []

    def fit(scores, labels, *, partition, sources=None):  # noise has no slope
        calls.append((list(scores), list(labels), partition))
        return Calibration(1.0, 0.0, n_bonafide=1, n_spoof=1)

    monkeypatch.setattr(Calibration, "fit", fit)
    monkeypatch.setattr(export_weights, "N_SPLICED", 2)
    long = 0.1 * np.random.default_rng(1).standard_normal(20_000)
    soundfile.write(flac_path(small_corpus.root, "dev", "D2"), long, SAMPLE_RATE)
    folder = tmp_path / "pretrained"
    places = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "cache"}
    config = TrainConfig.for_model("cnn", epochs=1, batch_size=8)

    export_weights.export_pretrained(small_corpus, config, folder=folder, **places)

    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000  # 1
    detector = Detector.load(folder)
    assert "attacks the model was trained on" in detector.metadata["calibrated_on"]
    train, about = small_corpus.partition("train"), detector.metadata
    is_val = train["speaker"].isin(about["corpus"]["val_speakers"])
    systems = set(train["attack"][~is_val]) - {"-"}
    assert set(about["coverage"]["systems"]) == systems
    measured = read_measurements("measured", folder)
    clean = measured[measured["condition"] == "as it is"]
    noisy = measured[measured["condition"] == "noise at 10 dB"]
    assert not set(noisy["score"]) & set(clean["score"])
    paths = small_corpus.partition("eval")["path"]
    for score, path in zip(clean["score"], paths, strict=True):
        assert score == pytest.approx(mean_score(path, detector), abs=1e-4)
    dev = small_corpus.partition("dev")  # 2
    scores = [mean_score(path, detector) for path in dev["path"]]
    _of_run, of_clips, of_windows = calls
    assert of_clips[0] == pytest.approx(scores, abs=1e-5)
    assert of_clips[1:] == ([1, 0, 0], "dev")
    assert len(of_windows[0]) > len(scores)
    assert detector.window_calibration is not None
    spliced = read_measurements("spliced", folder)
    assert set(spliced["seconds"]) == set(export_weights.SPLICED_SECONDS)
    high = [high_band_level(band_powers(load_mono_16k(path))) for path in paths]
    assert clean["high_band"].tolist() == pytest.approx(high, abs=1e-4)
    calibrated = read_measurements("calibration", folder)
    assert calibrated["score"].tolist() == pytest.approx(scores, abs=1e-4)
    found = detector.domain.high_band.values.tolist()
    assert found == pytest.approx(sorted(calibrated["high_band"]), abs=1e-4)
    flac_path(small_corpus.root, "eval", "E3").unlink()  # 3
    with pytest.raises(CorpusError, match="E3"):
        export_weights.export_pretrained(small_corpus, config, folder=folder, **places)
    assert Detector.load(folder).metadata == detector.metadata
