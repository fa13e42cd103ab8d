"""Contracts of what things cost.

1. Multiply-adds are those of the textbook: for a convolution, a linear layer, an LSTM,
   and what they add up to for the CNN.
2. The committed result of the benchmarks is read whole: the thesis's models train and
   score, and every way from file to log-mel that the chapter names is there.
3. What follows from it is arithmetic: ratios of processor times, real-time factors.
   Without the file, as away from the book, there is no result and no error.
"""

import json
from pathlib import Path

import pytest
from torch import nn

from antispoof import models
from antispoof_report import benchmarks, claims

ROOT = Path(__file__).resolve().parents[1]


# 1


class Lstm(nn.LSTM):
    def forward(self, x):
        return super().forward(x[:, 0])[0]


def test_multiply_adds_of_layers():
    for model, shape, expected in (
        (nn.Conv2d(2, 5, 3, padding=1), (2, 8, 10), 8 * 10 * 5 * 2 * 3 * 3),
        (nn.Conv2d(2, 5, 3, stride=2), (2, 9, 11), 4 * 5 * 5 * 2 * 3 * 3),
        (nn.Linear(7, 3), (4, 7), 4 * 7 * 3),
        (Lstm(8, 16, batch_first=True), (1, 13, 8), 13 * 4 * 16 * (8 + 16)),
    ):
        assert benchmarks.multiply_adds(model, shape) == expected


def test_multiply_adds_of_the_cnn():
    table = benchmarks.model_sizes().set_index("name")
    assert table["multiply_adds"]["cnn"] == 92_431_616
    assert table["parameters"]["cnn"] == 360_162
    assert list(table.index) == list(models.MODELS)


# 2


def test_the_committed_result(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = benchmarks.load_benchmarks()
    pairs = {(row.name, row.work) for row in found.models.itertuples(index=False)}
    assert pairs >= {(m, work) for m in claims.MODELS for work in ("train", "score")}
    chapter = (ROOT / "notebooks" / "09_costs.py").read_text("utf-8")
    for way in found.features.index:
        assert f'"{way}": ' in chapter
    assert (found.features["clips_per_second"] > 0).all()
    assert (found.models[["cpu_ms", "clips_per_second"]] > 0).all(axis=None)
    assert found.machine["processor"]
    steps = benchmarks.load_gpu_steps()
    assert steps.attrs["gpu"]
    assert {*claims.MODELS} <= {*steps["model"]}
    assert (steps.select_dtypes("number") > 0).all(axis=None)
    assert benchmarks.load_gpu_steps("none.json") is None


# 3


def test_what_follows(tmp_path):
    works = {"score": {"cpu_ms": 39.0}, "train": {"cpu_ms": 100.0}}
    ways = {"librosa": 3.0, "one_core": 1.0, "store": 1.5}
    features = [{"name": name, "cpu_ms": ms} for name, ms in ways.items()]
    result = {"machine": {"processor": "x"}, "load_before": 0.5, "cores": 2}
    result |= {"features": features, "models": [{"name": "cnn", "batch": 16, **works}]}
    (tmp_path / "bench.json").write_text(json.dumps(result), "utf-8")
    assert benchmarks.load_benchmarks(tmp_path / "none.json") is None
    found = benchmarks.load_benchmarks(tmp_path / "bench.json")
    assert found.times_faster("librosa") == 2.0
    (factor,) = found.real_time_factors()["factor"]
    assert factor == pytest.approx((39 + 1) / 1000 / 4)
