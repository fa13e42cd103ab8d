"""Contracts of several processes.

1. Two processes train as one does at the same batches: the same loss within 1e-4, the
   same weights and random state, with last batches that do not divide, class weights,
   dropout, batch normalisation and a gradient norm. Both end with the same. (At a
   learning rate of 1e-4: at 1e-3 Adam, which goes by the sign of a gradient, makes a
   few 1e-4 of losses out of the rounding of gradients that are zero.)
2. Only the main process writes. What one process has begun two can finish.
3. `accelerate launch antispoof train` makes the run that one process makes. (At a
   lower rate still: its processes compute with other numbers of threads.)
4. What fails in a process is a RunError that says what.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from antispoof.config import TrainConfig
from antispoof.errors import ParameterError, RunError
from antispoof.runs import list_runs, train_or_load
from antispoof.training import launch, launcher
from antispoof.training.distributed import Processes
from antispoof.training.step import TrainStep
from shared_training import train

TESTS = Path(__file__).parent


def run(*command):
    done = subprocess.run(
        list(map(str, command)),
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def assert_as(found, expected):
    for column, values in expected["history"].items():
        assert found["history"][column] == pytest.approx(values, abs=1e-4), column
    for name, norm in expected["weights"].items():
        assert found["weights"][name] == pytest.approx(norm, rel=1e-3), name


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process ends with."""
    return train(tmp_path_factory.mktemp("alone"))


# 1 and 2


def test_two_processes_finish_what_one_has_begun(alone, tmp_path, monkeypatch):
    step, taken = TrainStep.step, iter(range(100))

    def end(self, x, batch):
        if next(taken) == 1:
            raise KeyboardInterrupt
        return step(self, x, batch)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TrainStep, "step", end)
        train(tmp_path)
    (tmp_path / "checkpoint-0.pt").rename(tmp_path / "checkpoint.pt")
    run(sys.executable, TESTS / "shared_training.py", tmp_path)
    told = [tmp_path / f"process-{rank}-of-2.json" for rank in (1, 2)]
    one, two = (json.loads(path.read_text()) for path in told)
    assert one == two
    assert_as(one, alone)
    assert one["drawn"] == alone["drawn"]
    assert set(tmp_path.iterdir()) == {*told, tmp_path / "checkpoint.pt"}


class Peer:
    """What a process knows of itself."""

    device = torch.device("cpu")

    def __init__(self, rank, n):
        self.process_index, self.num_processes = rank, n


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_shares_are_the_batch(n, size):
    batch = np.arange(size) + 5
    peers = [Processes(Peer(rank, n)) for rank in range(n)]
    shares = [peer.enter(batch) for peer in peers]
    assert np.concatenate(shares).tolist() == batch.tolist()
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    for peer, share in zip(peers, shares, strict=True):
        assert peer.share(batch).tolist() == share.tolist()
        assert batch[peer.first : peer.first + len(share)].tolist() == share.tolist()
        assert peer.whole == size


# 3


def test_accelerate_launch(small_corpus, tmp_path):
    binaries = Path(sys.executable).parent
    command = (
        *(binaries / "accelerate", "launch", "--multi_gpu", "--num_processes", 2),
        *("--num_machines", 1, "--mixed_precision", "no", "--dynamo_backend", "no"),
        *(binaries / "antispoof", "train", "--model", "cnn", "--epochs", 1),
        *("--lr", 3e-5),
        *("--batch-size", 5, "--corpus", small_corpus.root),
        *("--runs", tmp_path / "two", "--store", tmp_path / "store"),
    )
    done = run(*command)
    (two,) = list_runs(tmp_path / "two")
    assert done.stdout.count(str(two.path)) == 1
    assert done.stdout.count("epoch 1/1") == 1
    (one,) = train_or_load(
        TrainConfig.for_model("cnn", epochs=1, batch_size=5, lr=3e-5),
        small_corpus,
        [0],
        runs=tmp_path / "one",
        store=tmp_path / "store",
        reference=None,
    )
    assert two.code == one.code
    assert two.canary == one.canary
    assert two.history["loss"].tolist() == pytest.approx(
        one.history["loss"].tolist(), abs=1e-4
    )
    for partition in ("dev", "eval"):
        ours, theirs = (r.scores(partition)["score"].tolist() for r in (two, one))
        assert ours == pytest.approx(theirs, abs=1e-2)
    assert {p.name for p in two.path.iterdir()} == {p.name for p in one.path.iterdir()}


# 4


def test_failing_process(monkeypatch):
    room = sys.modules[launcher.__module__]

    class Failed(room.ChildFailedError):
        def __init__(self):
            """As elastic raises it, without what we do not look at."""

        def get_first_failure(self):
            said = {"message": "DiskError: no space"}
            return 1, SimpleNamespace(message=said)

    def refuse(*_, **__):
        raise Failed

    monkeypatch.setattr(room, "notebook_launcher", refuse)
    with pytest.raises(RunError, match="one of 2 processes failed: DiskError: no spa"):
        launch(print, 2)


def test_fewer_gpus_than_processes(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ParameterError, match="processes=3, and 2 GPUs are there"):
        launch(print, 3)
