"""Contracts of runs on platforms that end a session and delete its disk.

1. A training that runs out of time stops after an epoch with a sentence. It resumes if
   its folder is attached to the next session, and ends with the weights of a training
   that never stopped. The attached folder is not changed.
2. An attached finished run is used; a damaged one is an error and is not copied; an
   existing run is not replaced.
"""

import shutil
import time

import pytest
import torch

from antispoof import platforms
from antispoof.config import TrainConfig
from antispoof.errors import RunError, TimeLimitError
from antispoof.runs import train_or_load
from antispoof.runs.transfer import import_previous_run
from conftest import contents

pytestmark = pytest.mark.usefixtures("small_frontend")

CONFIG = TrainConfig.for_model("cnn", epochs=2, batch_size=8)


@pytest.fixture
def session(small_corpus, tmp_path, monkeypatch):
    """Train in a new folder of runs, with the runs of an earlier session attached."""
    attached = tmp_path / "input"
    monkeypatch.setattr(platforms, "KAGGLE_INPUT", attached)

    def begin(name, *, after=None, log=lambda line: None):
        if after is not None:
            shutil.copytree(tmp_path / after, attached / "notebook" / "runs")
        where = {"runs_dir": tmp_path / name, "cache_dir": tmp_path / "cache"}
        return train_or_load(CONFIG, small_corpus, [0], **where, log=log)[0]

    return begin


# 1


def test_training_resumes_in_the_next_session(session, monkeypatch, tmp_path):
    uninterrupted = session("uninterrupted")
    monkeypatch.setenv("ANTISPOOF_DEADLINE", str(time.time() + 60))
    with pytest.raises(TimeLimitError, match="stopped after epoch 1: "):
        session("first")
    monkeypatch.delenv("ANTISPOOF_DEADLINE")
    lines = []
    resumed = session("second", after="first", log=lines.append)
    assert sum("epoch 2/2" in line for line in lines) == 1
    assert not any("epoch 1/2" in line for line in lines)
    for name, weight in uninterrupted.model().state_dict().items():
        torch.testing.assert_close(weight, resumed.model().state_dict()[name])
    attached = tmp_path / "input/notebook/runs"
    assert contents(attached) == contents(tmp_path / "first")


# 2


def test_an_attached_run_is_used(session, no_training, tmp_path):
    first = session("first")
    no_training()
    second = session("second", after="first")
    assert second.path != first.path
    assert contents(second.path) == contents(first.path)
    assert import_previous_run(second.path, tmp_path / "second") is None  # it exists


def test_a_damaged_attached_run_is_never_used(session):
    """The first version copied it before it was read, so the next start used it."""
    run = session("first")
    (run.path / "scores-dev.txt").write_text("D1 - bonafide 1.0\n")
    with pytest.raises(RunError, match=r"scores-dev\.txt"):
        session("second", after="first")
    with pytest.raises(RunError, match=r"scores-dev\.txt"):
        session("second")
