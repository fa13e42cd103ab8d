"""Contracts of making the shipped weights.

1. Training, calibration and measurement end in a folder that a detector opens, at
   most 2 MB large; its measured scores are that detector's.
2. The folds' models have not heard the attacks they score: every spoof trial of dev
   is scored once, every bona fide trial once a fold. Without folds the model itself
   scores dev. Calibrated is what answers are made of: means over whole clips.
3. A making that fails leaves what was there.
"""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from antispoof.audio import load_mono_16k
from antispoof.config import TrainConfig
from antispoof.constants import SAMPLE_RATE
from antispoof.corpora import open_corpus
from antispoof.errors import CorpusError
from antispoof.inference import (
    Calibration,
    Detector,
    measurement,
    predict_clip,
    pretrained,
)
from corpora import flac_path, write_corpus

pytestmark = pytest.mark.usefixtures("small_frontend")

KINDS = {"1": "- bonafide", "2": "A01 spoof", "3": "A02 spoof"}
LINES = {
    "train": [f"S{s} T{s}{n} - {k}" for s in range(1, 5) for n, k in KINDS.items()],
    "dev": [f"S5 D5{n} - {k}" for n, k in KINDS.items()],
    "eval": ["S7 E1 - - bonafide", "S8 E2 - A07 spoof", "S8 E3 - A08 spoof"],
}


@pytest.fixture
def corpus(tmp_path):
    return open_corpus(write_corpus(tmp_path / "LA", LINES))


@pytest.fixture
def ship(tmp_path, monkeypatch):
    """Ship from a tiny training under one condition; explanations: see their tests."""
    name = "44.1 kHz and back"
    monkeypatch.setattr(measurement, "CONDITIONS", {name: measurement.CONDITIONS[name]})
    monkeypatch.setattr(measurement, "FORMATS", {})
    monkeypatch.setattr(pretrained, "EXPLAINED", 0)
    config = TrainConfig.for_model("cnn", epochs=1, batch_size=8)

    def make(corpus, *, folds):
        return pretrained.ship(
            corpus,
            config,
            folds=folds,
            folder=tmp_path / "shipped",
            runs=tmp_path / "runs",
            store=tmp_path / "store",
        )

    return make


@pytest.fixture
def calibrated(monkeypatch):
    """What is calibrated on; noise, which has no odds, is given even ones."""
    seen = []

    def fit(scores, labels, *, partition):
        seen.append((list(scores), int(sum(labels)), partition))
        return Calibration(1.0, 0.0, n_bonafide=1, n_spoof=1)

    monkeypatch.setattr(Calibration, "fit", fit)
    return seen


def test_ship(ship, corpus, calibrated):  # 1, 2, 3
    long = 0.1 * np.random.default_rng(1).standard_normal(20_000)
    soundfile.write(flac_path(corpus.root, "dev", "D52"), long, SAMPLE_RATE)
    folder = ship(corpus, folds=0)
    ((scores, n_bonafide, partition),) = calibrated
    assert (n_bonafide, partition) == (1, "dev")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    detector = Detector.open(folder)
    measured = measurement.read_measured("measured", folder)
    assert measured["condition"].unique().tolist() == ["as it is", "44.1 kHz and back"]
    paths = corpus.partition("dev")["path"]
    whole = [
        measurement.score_waveform(detector, load_mono_16k(path)) for path in paths
    ]
    assert whole[1] == pytest.approx(predict_clip(paths.iloc[1], detector).score)
    assert scores == pytest.approx(whole, abs=1e-5)
    kept = measurement.read_measured("calibration", folder)
    assert kept["score"].tolist() == pytest.approx(whole, abs=1e-4)
    differs = (kept["score"] - kept["beginning"]).abs() > 1e-4
    assert differs.tolist() == (kept["utt_id"] == "D52").tolist()
    clean = measurement.select_condition(measured)
    trials = corpus.partition("eval")
    assert clean["utt_id"].tolist() == trials["utt_id"].tolist()
    for score, path in zip(clean["score"], trials["path"], strict=True):
        expected = measurement.score_waveform(detector, load_mono_16k(path))
        assert score == pytest.approx(expected, abs=1e-4)
    lost = replace(corpus, trials=corpus.trials.replace("E3", "E4"))
    with pytest.raises(CorpusError, match="missing"):
        ship(lost, folds=0)
    assert Detector.open(folder).origin == detector.origin


def test_folds(ship, corpus, calibrated, monkeypatch):  # 2
    heard = []
    whole = pretrained.fit

    def fit(config, *parts, **options):
        heard.append({attack for part in parts for attack in part.trials["attack"]})
        return whole(config, *parts, **options)

    monkeypatch.setattr(pretrained, "fit", fit)
    folder = ship(corpus, folds=2)
    assert heard == [{"-", "A02"}, {"-", "A01"}]
    assert [(len(scores), *rest) for scores, *rest in calibrated] == [(4, 2, "dev")]
    assert "had not heard" in Detector.open(folder).origin["calibrated_on"]
