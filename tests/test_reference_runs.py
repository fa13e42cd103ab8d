"""Contracts of the committed reference runs.

1. Every one opens, stands where its config and seed say, and has a finite score for
   every trial of its protocol, which has both classes.
2. All models are there, with at least three seeds each, the same ones for all; the runs
   of a model differ.
3. They are small text: no weights, no audio, no archives; no path of a machine in them.
4. Today's code behaves like the code that made them.
5. The shorter runs are the same configs of the two large models, for fewer epochs, on
   the same corpus and seeds.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from antispoof.models import MODELS
from antispoof.runs import SCORED, by_model, list_runs, recorded, run_path
from antispoof.runs.record import FILES

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER, SHORT_RUNS = DATA / "reference-runs", DATA / "shorter-runs"
RUNS, SHORT = list_runs(FOLDER), list_runs(SHORT_RUNS)
PROTOCOLS = [f"protocol-{partition}.txt" for partition in SCORED]

pytestmark = pytest.mark.skipif(not RUNS, reason="no reference runs are recorded yet")


def named(run):
    return f"{run.model_name}-{run.config.epochs}-{run.seed}"


# 1


@pytest.mark.parametrize("run", RUNS + SHORT, ids=named)
def test_complete(run):
    folder = FOLDER if run in RUNS else SHORT_RUNS
    assert run.path == run_path(folder, run.corpus["id"], run.config, run.seed)
    assert not run.corpus["id"].startswith("mini")
    history = run.history
    assert history["epoch"].tolist() == list(range(len(history)))
    assert np.isfinite(history["loss"]).all()
    assert 0 <= run.best_epoch < len(history) <= run.config.epochs
    assert run.environment["packages"]["torch"]
    for partition in SCORED:
        scores = run.scores(partition)
        assert len(scores) == run.corpus["trials"][partition]
        assert np.isfinite(scores["score"]).all()
        assert scores["score"].nunique() > len(scores) / 2
        assert set(scores["label"]) == {"bonafide", "spoof"}
        assert scores["speaker"].nunique() > 1


# 2


def test_every_model_with_its_seeds():
    seeds = {
        name: [run.seed for run in group] for name, group in by_model(RUNS).items()
    }
    assert list(seeds) == list(MODELS)
    for found in seeds.values():
        assert len(found) >= 3
        assert len(set(found)) == len(found)
    assert len({tuple(found) for found in seeds.values()}) == 1  # paired
    assert len({run.corpus["id"] for run in RUNS}) == 1


@pytest.mark.parametrize("model", MODELS)
def test_seeds_differ(model):
    scores = {
        tuple(run.scores("eval")["score"]) for run in RUNS if run.model_name == model
    }
    assert len(scores) == sum(run.model_name == model for run in RUNS)


# 3


def test_nothing_but_small_text():
    for path in (*FOLDER.rglob("*"), *SHORT_RUNS.rglob("*")):
        if path.is_file():
            assert path.name in (*FILES, *PROTOCOLS), path
            assert path.stat().st_size < 5_000_000
            text = path.read_text("utf-8")
            assert not re.search(r"(^|[\s\"'])(/[a-z]+/|[A-Z]:\\|~/)", text), path


def test_metadata_is_json():
    for run in RUNS + SHORT:
        for name in ("config.json", "environment.json"):
            assert json.loads((run.path / name).read_text("utf-8"))


# 4


@pytest.mark.parametrize("model", MODELS)
def test_canary(model):
    assert recorded(model, folder=FOLDER) == [r for r in RUNS if r.model_name == model]


@pytest.mark.parametrize("model", ["resnet", "resnet_lstm"])
def test_canary_of_the_shorter_runs(model):
    assert recorded(model, folder=SHORT_RUNS) == [
        r for r in SHORT if r.model_name == model
    ]


# 5


def test_shorter_runs_are_the_same_but_for_their_epochs():
    assert {run.model_name for run in SHORT} == {"resnet", "resnet_lstm"}
    known = {(r.model_name, r.seed): r for r in RUNS if r.model_name != "cnn"}
    found = {(r.model_name, r.seed): r for r in SHORT}
    assert set(found) == set(known)
    for key, run in found.items():
        assert run.corpus["id"] == known[key].corpus["id"]
        assert run.config.epochs < known[key].config.epochs
        assert replace(run.config, epochs=known[key].config.epochs) == known[key].config
