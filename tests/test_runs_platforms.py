"""Contracts of runs where the platform sets the limits.

1. A training that runs out of time stops after an epoch with a sentence, and goes on
   where its folder is attached in the next session, to the same weights as if it had
   never stopped; the attached folder is not touched.
2. A finished run that is attached is used; a damaged one is an error; what is here
   already stays.
3. What a step takes is counted from the model itself, and grows with the batch by a
   clip's share; a batch that does not fit is refused with one that does.
4. Features go where the platform has room.
5. The page on running mounts Colab's Drive where corpus and runs are looked for.
"""

import importlib
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from antispoof import platforms
from antispoof.config import TrainConfig
from antispoof.errors import MemoryLimitError, RunError, TimeLimitError
from antispoof.platforms import deadline, folders
from antispoof.runs import train_or_load
from antispoof.runs.needs import foretell, needs
from antispoof.runs.previous_sessions import bring_attached

pytestmark = pytest.mark.usefixtures("small_frontend")

NEEDS = importlib.import_module("antispoof.runs.needs")
RECIPE = TrainConfig.for_model("cnn", epochs=2, batch_size=8)
SAVE = {"save_seconds": 0.0}  # a checkpoint after every step


@pytest.fixture
def session(small_corpus, tmp_path, monkeypatch):
    """Train in a fresh working folder, with the runs of an earlier one attached."""
    attached = tmp_path / "input"
    monkeypatch.setattr(folders, "KAGGLE_INPUT", attached)

    def begin(name, *, after=None, say=None):
        if after is not None:
            shutil.copytree(tmp_path / after / "runs", attached / "last" / "runs")
        (run,) = train_or_load(
            RECIPE,
            small_corpus,
            [0],
            runs=tmp_path / name / "runs",
            store=tmp_path / "store",
            reference=None,
            say=say or (lambda line: None),
        )
        return run

    return begin


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# 1 and 2


def test_it_stops_in_time_and_goes_on_in_the_next_session(
    session, monkeypatch, tmp_path
):
    whole = session("whole")
    fit = importlib.import_module("antispoof.training.loop")
    monkeypatch.setattr(fit.fit, "__kwdefaults__", {**fit.fit.__kwdefaults__, **SAVE})
    monkeypatch.setenv(deadline.STOP_AT, str(time.time() + 60))
    with pytest.raises(TimeLimitError, match="stopped after epoch 1: "):
        session("first")
    monkeypatch.delenv(deadline.STOP_AT)
    said = []
    again = session("second", after="first", say=said.append)
    assert any("goes on from" in line for line in said)
    assert sum("epoch 2/2" in line for line in said) == 1
    assert not any("epoch 1/2" in line for line in said)
    for name, weight in whole.model().state_dict().items():
        torch.testing.assert_close(weight, again.model().state_dict()[name])
    (left,) = (tmp_path / "input/last/runs").glob("*/*/*/seed0.partial-*")
    assert "checkpoint.pt" in contents(left)


def test_an_attached_run_is_used(session, monkeypatch, tmp_path):
    first = session("first")
    monkeypatch.setattr(importlib.import_module("antispoof.runs.jobs"), "fit", None)
    second = session("second", after="first")
    assert second.path != first.path
    assert contents(second.path) == contents(first.path)


def test_a_damaged_attached_run_is_an_error(session, tmp_path):
    run = session("first")
    (run.path / "scores-dev.txt").write_text("D1 - bonafide 1.0\n")
    with pytest.raises(RunError, match="not scored"):
        session("second", after="first")


def test_what_is_here_stays(session, tmp_path):
    run = session("first")
    runs = tmp_path / "first" / "runs"
    shutil.copytree(runs, tmp_path / "input/last/runs")
    assert bring_attached(run.path, runs) is None


# 3


def test_needs_grow_with_the_batch(small_corpus):
    taken = needs(RECIPE, small_corpus)
    one, two = taken.memory(1), taken.memory(2)
    assert two - one == pytest.approx(1.3 * taken.clip, rel=0.01)
    assert taken.largest_batch(taken.memory(64)) in (32, 64)
    assert taken.largest_batch(1) == 0
    assert taken.fixed > 4 * 4 * 300_000  # the CNN has 360 162 parameters


def test_mixed_precision_takes_less(small_corpus):
    half = replace(RECIPE, precision="bf16")
    assert needs(half, small_corpus).clip < 0.8 * needs(RECIPE, small_corpus).clip


def test_a_batch_that_does_not_fit_is_refused(small_corpus, monkeypatch):
    taken = needs(RECIPE, small_corpus)
    monkeypatch.setattr(NEEDS, "free_memory", lambda: taken.memory(4))
    with pytest.raises(MemoryLimitError, match=r"batch_size=8 .*batch_size=[24] fits"):
        foretell(RECIPE, small_corpus)
    monkeypatch.setattr(NEEDS, "free_memory", lambda: 1000)
    with pytest.raises(MemoryLimitError, match="no batch fits"):
        foretell(RECIPE, small_corpus)


def test_what_it_takes_is_said(small_corpus):
    assert "GiB of memory" in foretell(RECIPE, small_corpus)
    assert "MiB of disk" in foretell(RECIPE, small_corpus)


# 4


def test_features_go_where_there_is_room(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)
    assert platforms.feature_cache_dir() == tmp_path / "data/features"
    monkeypatch.setattr(tempfile, "tempdir", "scratch")
    scratch = Path("scratch/antispoof-features")
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    assert platforms.feature_cache_dir() == scratch
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE")
    monkeypatch.setattr(folders, "COLAB_DRIVE", tmp_path / "MyDrive")
    (tmp_path / "MyDrive/work").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "MyDrive/work")
    assert platforms.feature_cache_dir() == scratch


# 5


def test_the_drive_is_mounted_where_it_is_looked_for():
    page = Path(__file__).resolve().parents[1] / "book/how_to_run.md"
    (line,) = [x for x in page.read_text("utf-8").splitlines() if "drive.mount" in x]
    assert line == f'drive.mount("{folders.COLAB_DRIVE.parent.as_posix()}")'
