"""Contracts of the platforms: where it runs, what is available, how long it may take.

1. Kaggle, Colab, SLURM and Kubernetes are recognised by their environment variables.
2. GPUs are those that the driver names; without a driver, or if it fails, none.
3. The time limit is the batch's, the scheduler's or Kaggle's; a limit that is not a
   number is an error.
4. Features are cached where the platform has space; runs of an earlier session are
   found where Kaggle and Colab attach them, as the page on running describes it.
5. The first line of a page is one line, names no folder, and is shown even if the
   corpus cannot be opened.
"""

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from antispoof import platforms
from antispoof.errors import ParameterError


@pytest.fixture(autouse=True)
def no_platform(monkeypatch):
    """Remove the variables of the platform on which the tests run."""
    for name in (*platforms.ENV_MARKERS, *platforms.LIMITS):
        monkeypatch.delenv(name, raising=False)


# 1


@pytest.mark.parametrize(("marker", "name"), platforms.ENV_MARKERS.items())
def test_detect_platform(monkeypatch, marker, name):
    assert platforms.detect_platform() == "this machine"
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")  # the others run on it
    monkeypatch.setenv(marker, "1")
    assert platforms.detect_platform() == name


# 2


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("printf 'Tesla T4, 15360 MiB\\n%.0s' 1 2", ["Tesla T4, 15360 MiB"] * 2),
        ("echo No devices were found; exit 6", []),
    ],
)
def test_gpus(monkeypatch, tmp_path, script, found):
    program = tmp_path / "nvidia-smi"
    monkeypatch.setattr(platforms, "QUERY_GPUS", (str(program),))
    assert platforms.gpus() == []  # without a driver
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert platforms.gpus() == found
    described = " + ".join(found) or "no NVIDIA GPU"
    assert f": {described}" in platforms.describe_environment()


# 3


@pytest.mark.parametrize("name", platforms.LIMITS)
def test_time_limit(monkeypatch, name):
    assert platforms.seconds_left() is None
    monkeypatch.setenv(name, str(time.time() + 100))
    assert platforms.seconds_left() == pytest.approx(100, abs=5)
    monkeypatch.setenv(name, "noon")
    with pytest.raises(ParameterError, match="'noon'; accepted: seconds since 1970"):
        platforms.seconds_left()
    monkeypatch.delenv(name)
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    first = SimpleNamespace(create_time=lambda: time.time() - 3600)
    monkeypatch.setattr(platforms.psutil, "Process", lambda pid: first)
    assert platforms.seconds_left() == pytest.approx(11 * 3600, abs=5)


# 4


def test_features_are_cached_where_there_is_space(monkeypatch, tmp_path):
    (tmp_path / "MyDrive/project").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", "scratch")
    monkeypatch.chdir(tmp_path / "MyDrive/project")
    assert platforms.feature_cache_dir() == tmp_path / "MyDrive/project/data/features"
    scratch = Path("scratch/antispoof-features")
    with monkeypatch.context() as kaggle:
        kaggle.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
        assert platforms.feature_cache_dir() == scratch
    monkeypatch.setattr(platforms, "COLAB_DRIVE", tmp_path / "MyDrive")
    assert platforms.feature_cache_dir() == scratch


def test_runs_of_an_earlier_session_are_found(monkeypatch, tmp_path):
    monkeypatch.setattr(platforms, "KAGGLE_INPUT", tmp_path / "input")
    monkeypatch.setattr(platforms, "COLAB_DRIVE", tmp_path / "MyDrive")
    names = "input/a/runs", "input/notebooks/owner/a/runs", "MyDrive/antispoof/runs"
    wanted = [tmp_path / name for name in names]
    assert platforms.find_previous_runs() == []
    for folder in wanted:
        folder.mkdir(parents=True)
    assert platforms.find_previous_runs() == wanted


def test_the_page_on_running_mounts_drive_where_it_is_searched():
    page = Path(__file__).resolve().parents[1] / "book/how_to_run.md"
    (line,) = [x for x in page.read_text("utf-8").splitlines() if "drive.mount" in x]
    assert line == f'drive.mount("{platforms.COLAB_DRIVE.parent.as_posix()}")'


# 5


def test_describe_environment(monkeypatch, small_corpus, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASVSPOOF2019_LA", str(small_corpus.root))
    monkeypatch.setenv("ANTISPOOF_DEADLINE", str(time.time() + 2 * 3600 + 90))
    line = platforms.describe_environment()
    assert "\n" not in line
    assert small_corpus.id in line
    assert "2.0 h left" in line
    assert str(tmp_path) not in line
    monkeypatch.setenv("ASVSPOOF2019_LA", "/no/such/folder")
    assert "does not exist" in platforms.describe_environment()
