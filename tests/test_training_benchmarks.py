"""Contracts of the programs that measure training.

1. Killed with signal 9 at random moments and taken up again, a run comes out as one
   that was left alone, to the last byte (`make kill-test` does so more often). What is
   partial or altered is seen.
2. The script for a GPU runs on a CPU in little: a row a model, shares and speeds that
   are numbers.
"""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def program(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


# 1


def test_killed():
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "kill.py", "--kills", "5"],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(
        r"kills \(.* in training.*\); all files are identical", done.stdout
    )


def test_partial_features_do_not_count(tmp_path):
    kill = program("kill")
    folder = tmp_path / "store" / "corpus" / "logmel"
    folder.mkdir(parents=True)
    (folder / "train.partial.npy").write_bytes(b"half")
    assert kill.features(tmp_path) == {}
    (folder / "train.npy").write_bytes(b"whole")
    assert kill.features(tmp_path) == {"train.npy": b"whole"}


# 2


@pytest.fixture
def smoke(monkeypatch):
    script = program("thesis_on_gpu")
    monkeypatch.setattr(script, "best_device", lambda: script.torch.device("cpu"))
    return script


def test_thesis_on_gpu(smoke, tmp_path, capsys):
    smoke.main(["--smoke", "--out", str(tmp_path / "table.csv")])
    told = capsys.readouterr().out
    assert "minutes" in told
    table = pd.read_csv(tmp_path / "table.csv")
    assert table["model"].tolist() == ["CNN", "ResNet50", "ResNet50+LSTM"]
    speeds = table[["training s", "scoring s", "TFLOP/s", "clips/s scored"]]
    assert (speeds.to_numpy() > 0).all()
    assert table["share of judging"].between(0, 1).all()
    assert table["utilisation"].isna().all()  # no promise is known of a CPU


def test_operations(smoke):
    """The CNN's four convolutions and two products, counted by hand."""
    maps = [(64, 401), (32, 200), (16, 100), (8, 50)]
    widths = [1, 16, 32, 64, 128]
    products = sum(
        9 * n_in * n_out * height * width
        for n_in, n_out, (height, width) in zip(widths, widths[1:], maps, strict=False)
    )
    products += 2048 * 128 + 128 * 2
    assert smoke.flops("cnn", 401) == 2 * products
