"""Contracts of the platforms: where it runs, what is there, how long it may take.

1. Kaggle, Colab, SLURM and Kubernetes are told by their marks; elsewhere it is this
   machine.
2. Memory is the smaller of what the host has free and the control group leaves; of
   either version, and with no limit set.
3. GPUs are those the driver names; without a driver, or with one that fails, none.
4. The time left is the batch's, the scheduler's or Kaggle's; no number is an error.
5. A fit stops after the last epoch that leaves time for another and for the end, says
   what to do, and goes on from there as if it had never stopped.
6. Two processes never hold one GPU; a job keeps to the GPUs it was given, and where
   SLURM gave them, it waits for no other job that has its own under the same number.
7. The line at a page's head has one line, names no folder, and survives a corpus that
   cannot be opened.
"""

import getpass
import os
import threading
import time

import pytest
from filelock import FileLock

from antispoof import platforms
from antispoof.errors import ParameterError, TimeLimitError
from antispoof.platforms import deadline, detect, gpu_lock, resources

MIB = 2**20


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    """None of the marks of this very machine."""
    for name in (*detect.MARKS, *gpu_lock.TASK, deadline.STOP_AT, deadline.SLURM_END):
        monkeypatch.delenv(name, raising=False)


# 1


@pytest.mark.parametrize(("mark", "name"), detect.MARKS.items())
def test_a_platform_is_told_by_its_mark(monkeypatch, mark, name):
    assert platforms.detect_platform() == platforms.LOCAL
    monkeypatch.setenv(mark, "1")
    assert platforms.detect_platform() == name


def test_kaggle_runs_on_kubernetes(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    assert platforms.detect_platform() == platforms.KAGGLE


# 2


@pytest.fixture
def host(monkeypatch, tmp_path):
    """A host with 100 MiB free, and a folder for its control group."""
    (tmp_path / "meminfo").write_text(
        f"MemTotal: 999999 kB\nMemAvailable: {100 * 1024} kB\n"
    )
    monkeypatch.setattr(resources, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(resources, "CONTROL_GROUP", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("limit", "used", "expected"),
    [
        ("max", 10 * MIB, 100),
        (30 * MIB, 10 * MIB, 20),
        (999 * MIB, 10 * MIB, 100),
        (30 * MIB, 40 * MIB, 0),
    ],
)
@pytest.mark.parametrize("version", [0, 1])
def test_memory_is_what_the_group_leaves(host, limit, used, expected, version):
    for name, value in zip(resources.MEMORY_FILES[version], (limit, used), strict=True):
        (host / name).parent.mkdir(exist_ok=True)
        (host / name).write_text(f"{value}\n")
    assert platforms.available_memory() == expected * MIB


def test_memory_without_a_group(host):
    assert platforms.available_memory() == 100 * MIB
    (host / "meminfo").unlink()
    assert platforms.available_memory() is None


def test_disk_of_a_folder_to_be_made(tmp_path):
    assert platforms.disk_free(tmp_path / "a" / "b") == pytest.approx(
        platforms.disk_free(tmp_path), rel=0.1
    )


# 3


@pytest.fixture
def driver(monkeypatch, tmp_path):
    """A program in the driver's place."""

    def answer(script):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(resources, "ASK_GPUS", (str(program),))

    return answer


def test_gpus_are_those_the_driver_names(driver):
    driver("printf 'Tesla T4, 15360\\nTesla T4, 15360\\n'")
    assert platforms.gpus() == [("Tesla T4", 15360 * MIB)] * 2
    assert platforms.describe_device() == "2 x Tesla T4 (15 GiB)"


@pytest.mark.parametrize("script", ["exit 9", "echo No devices were found; exit 6"])
def test_a_driver_that_fails_is_no_gpu(driver, script):
    driver(script)
    assert platforms.gpus() == []
    assert "cores" in platforms.describe_device()


def test_no_driver_is_no_gpu(monkeypatch):
    monkeypatch.setattr(resources, "ASK_GPUS", ("no-such-program",))
    assert platforms.gpus() == []


# 4


def test_nobody_sets_a_limit():
    assert platforms.seconds_left() is None


@pytest.mark.parametrize("name", [deadline.STOP_AT, deadline.SLURM_END])
def test_a_set_time_is_kept(monkeypatch, name):
    monkeypatch.setenv(name, str(time.time() + 100))
    assert platforms.seconds_left() == pytest.approx(100, abs=5)


def test_kaggle_ends_twelve_hours_after_it_began(monkeypatch):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    monkeypatch.setattr(deadline, "_session_age", lambda: 3600.0)
    assert platforms.seconds_left() == 11 * 3600


def test_a_session_s_age_is_positive():
    assert deadline._session_age() > 0


def test_a_time_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv(deadline.STOP_AT, "noon")
    with pytest.raises(ParameterError, match="'noon'; accepted: seconds since 1970"):
        platforms.seconds_left()


# 5


def test_it_stops_where_another_epoch_would_not_fit(monkeypatch):
    clock = iter([100.0, 41.0, 39.0])
    monkeypatch.setattr(deadline, "seconds_left", lambda: next(clock))
    seen = []
    watched = platforms.stop_in_time(seen.append, epochs=9, reserve=20)
    watched({"epoch": 0, "seconds": 20.0})
    watched({"epoch": 1, "seconds": 10.0})  # the longest counts
    with pytest.raises(TimeLimitError, match=r"after epoch 3.*goes on from its check"):
        watched({"epoch": 2, "seconds": 10.0})
    assert [row["epoch"] for row in seen] == [0, 1, 2]


def test_after_the_last_epoch_only_the_end_has_to_fit(monkeypatch):
    monkeypatch.setattr(deadline, "seconds_left", lambda: 30.0)
    last = {"epoch": 2, "seconds": 20.0}
    platforms.stop_in_time(print, epochs=3, reserve=20)(last)
    with pytest.raises(TimeLimitError):
        platforms.stop_in_time(print, epochs=3, reserve=40)(last)


def test_without_a_limit_it_never_stops():
    seen = []
    platforms.stop_in_time(seen.append, epochs=9)({"epoch": 0, "seconds": 1e9})
    assert seen == [{"epoch": 0, "seconds": 1e9}]


# 6


def test_two_never_hold_one_gpu(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    with platforms.acquire_gpu(tmp_path) as first:
        assert os.environ["CUDA_VISIBLE_DEVICES"] == first == "2"
        os.environ["CUDA_VISIBLE_DEVICES"] = "2,5"
        with platforms.acquire_gpu(tmp_path) as second:
            assert second == "5"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "2,5"


def test_a_process_waits_for_its_gpu(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr("antispoof.platforms.gpu_lock.WAIT", 0.01)
    taken = FileLock(
        tmp_path / f"antispoof-{getpass.getuser()}-gpu-0.lock", thread_local=False
    )
    taken.acquire()
    threading.Timer(0.2, taken.release).start()
    began = time.monotonic()
    with platforms.acquire_gpu(tmp_path) as mine:
        assert mine == "0"
        assert time.monotonic() - began > 0.1


@pytest.mark.parametrize("name", gpu_lock.TASK)
def test_jobs_of_slurm_do_not_wait_for_each_other(monkeypatch, tmp_path, name):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(gpu_lock, "WAIT", 0.01)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with platforms.acquire_gpu(tmp_path):
        monkeypatch.setenv(name, "8")
        with platforms.acquire_gpu(tmp_path) as mine:
            assert mine == "0"


def test_processes_of_one_job_of_slurm_share_its_gpus(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with platforms.acquire_gpu(tmp_path) as first:
        os.environ["CUDA_VISIBLE_DEVICES"] = "0,1"
        with platforms.acquire_gpu(tmp_path) as second:
            assert (first, second) == ("0", "1")


def test_slurm_without_gpus_of_a_job_shares_the_machine_s(monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(gpu_lock, "gpus", lambda: [("Tesla T4", 1)] * 2)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with platforms.acquire_gpu(tmp_path) as first:
        monkeypatch.setenv("SLURM_JOB_ID", "8")
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
        with platforms.acquire_gpu(tmp_path) as second:
            assert (first, second) == ("0", "1")
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", first)


def test_who_hid_the_gpus_gets_none(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr(gpu_lock, "gpus", lambda: [("Tesla T4", 1)])
    with platforms.acquire_gpu(tmp_path) as mine:
        assert mine is None
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ""


def test_without_a_gpu_nothing_is_changed(monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("antispoof.platforms.gpu_lock.gpus", lambda: [])
    with platforms.acquire_gpu(tmp_path) as mine:
        assert mine is None
        assert "CUDA_VISIBLE_DEVICES" not in os.environ


# 7


def test_the_line(monkeypatch, small_corpus, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASVSPOOF2019_LA", str(small_corpus.root))
    monkeypatch.setenv(deadline.STOP_AT, str(time.time() + 2 * 3600 + 90))
    line = platforms.describe_environment()
    assert "\n" not in line
    assert small_corpus.id in line
    assert "2 h 01 min left" in line
    assert str(tmp_path) not in line


def test_the_line_survives_what_is_no_corpus(monkeypatch):
    monkeypatch.setenv("ASVSPOOF2019_LA", "/no/such/folder")
    assert "does not exist" in platforms.describe_environment()
