"""Contracts of several processes.

1. `accelerate launch` with two processes trains and writes one run record.
2. What fails in a process is a RunError with its message; too many processes are a
   ParameterError.
"""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from antispoof.errors import ParameterError, RunError
from antispoof.runs import list_runs
from antispoof.training import accelerators, launch_processes

LIB = Path(__file__).resolve().parents[1] / "lib"
SCRIPT = "from antispoof.cli import main; main()"


# 1


def test_accelerate_launch(small_corpus, tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    command = (
        *(sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"),
        *("--num_processes", 2, "--num_machines", 1, "--mixed_precision", "no"),
        *("--dynamo_backend", "no", "--main_process_port", 0),
        *(tmp_path / "train.py", "train", "--model", "cnn", "--epochs", 2),
        *("--batch-size", 5, "--corpus", small_corpus.root),
        *("--runs-dir", tmp_path / "runs", "--cache-dir", tmp_path / "cache"),
    )
    environment = {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    environment = os.environ | environment | {"PYTHONPATH": str(LIB)}
    options = {"capture_output": True, "text": True, "timeout": 300, "check": False}
    done = subprocess.run(list(map(str, command)), env=environment, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = list_runs(tmp_path / "runs")
    run.check()
    assert np.isfinite(run.history["loss"]).all()
    assert len(run.scores("eval")) == 3
    # The main process alone reports.
    assert done.stdout.count("epoch 2/2") == 1
    assert done.stdout.count(f"{run.path}\n") == 1


# 2


def test_failing_process(monkeypatch):
    class Failed(accelerators.ChildFailedError):
        def __init__(self):
            """As elastic raises it, without what is not used."""

        def get_first_failure(self):
            return 1, SimpleNamespace(message={"message": "DiskError: no space"})

    def fail(*_, **__):
        raise Failed

    monkeypatch.setattr(accelerators, "notebook_launcher", fail)
    with pytest.raises(RunError, match=r"one of 2 .*: .*DiskError: no spa"):
        launch_processes(print, 2)


def test_fewer_gpus_than_processes(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ParameterError, match="num_processes=3, but there are 2 GPUs"):
        launch_processes(print, 3)
