"""Contracts of ``tools/one_gpu.py``.

1. Two processes never hold one GPU; a process waits until one is free.
2. Jobs of SLURM do not wait for one another.
3. Without a GPU nothing changes.
"""

import getpass
import os
import threading

import pytest
from filelock import FileLock

import one_gpu
from one_gpu import VISIBLE


@pytest.fixture(autouse=True)
def no_scheduler(monkeypatch):
    """Remove SLURM's variables, and look for a free GPU often."""
    for name in one_gpu.SLURM_TASK:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(one_gpu, "POLL_SECONDS", 0.01)


@pytest.mark.parametrize(
    ("visible", "names"), [("2,5", ["2", "5"]), (None, ["0", "1"])]
)
def test_two_processes_never_hold_one_gpu(monkeypatch, tmp_path, visible, names):
    """All GPUs of the machine may be used if none are named."""
    monkeypatch.setattr(one_gpu, "gpus", lambda: ["Tesla T4, 15360 MiB"] * 2)
    monkeypatch.setenv(VISIBLE, visible or "")
    if visible is None:
        monkeypatch.delenv(VISIBLE)
    with one_gpu.acquire_gpu(tmp_path) as first, monkeypatch.context() as other:
        assert os.environ[VISIBLE] == first == names[0]
        other.setenv(VISIBLE, visible or "")
        if visible is None:
            other.delenv(VISIBLE)
        with one_gpu.acquire_gpu(tmp_path) as second:
            assert second == names[1]
    assert os.environ.get(VISIBLE) == visible


def test_a_process_waits_for_its_gpu(monkeypatch, tmp_path):
    monkeypatch.setenv(VISIBLE, "0")
    path = tmp_path / f"antispoof-{getpass.getuser()}-gpu-0.lock"
    other = FileLock(path, thread_local=False)
    other.acquire()
    released = []
    threading.Timer(0.2, lambda: (released.append(True), other.release())).start()
    with one_gpu.acquire_gpu(tmp_path) as name:
        assert name == "0"
        assert released


@pytest.mark.parametrize("name", one_gpu.SLURM_TASK)
def test_slurm_jobs_do_not_wait_for_each_other(monkeypatch, tmp_path, name):
    monkeypatch.setenv(VISIBLE, "0")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with one_gpu.acquire_gpu(tmp_path):
        monkeypatch.setenv(name, "8")
        with one_gpu.acquire_gpu(tmp_path) as acquired:
            assert acquired == "0"


def test_without_a_gpu_nothing_changes(monkeypatch, tmp_path):
    monkeypatch.setenv(VISIBLE, "")
    with one_gpu.acquire_gpu(tmp_path) as acquired:
        assert acquired is None
        assert os.environ[VISIBLE] == ""
