"""The contract of several processes.

`accelerate launch` with two processes trains and writes one run record.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np

from antispoof.runs import list_runs

LIB = Path(__file__).resolve().parents[1] / "lib"
SCRIPT = "from antispoof.cli import main; main()"


def test_accelerate_launch(small_corpus, tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # accelerate before 1.0 cannot find a free one
    command = (
        *(sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"),
        *("--num_processes", 2, "--num_machines", 1, "--mixed_precision", "no"),
        *("--dynamo_backend", "no", "--main_process_port", port),
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
