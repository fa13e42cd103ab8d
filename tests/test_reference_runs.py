"""Contracts of the committed reference runs.

1. Every one opens, lies where its configuration and seed say, and has a finite score
   for every trial of its protocol, which has both classes.
2. All models have runs, with at least three common seeds, and only those are compared;
   the runs of a model differ.
3. They are small text files: no weights, no audio, no archives, no absolute paths.
4. The regression check passes.
5. The short runs have the configurations, corpus and seeds of the two large models'
   runs, and fewer epochs.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from antispoof.runs import REFERENCES, SHORT_RUNS, list_runs, load_references, run_path

ROOT = Path(__file__).resolve().parents[1]
FOLDER, SHORT_FOLDER = ROOT / REFERENCES, ROOT / SHORT_RUNS
MODELS = ("cnn", "resnet", "resnet_lstm")
PARTITIONS = ("dev", "eval")
FILES = {"config.json", "history.csv", "environment.json"}
FILES |= {
    f"{kind}-{part}.txt" for kind in ("scores", "protocol") for part in PARTITIONS
}


# 1


@pytest.mark.parametrize("folder", [FOLDER, SHORT_FOLDER])
def test_complete(folder):
    runs = list_runs(folder)
    assert runs
    for run in runs:
        run.check()
        assert run.path == run_path(folder, run.corpus["id"], run.config, run.seed)
        assert not run.corpus["id"].startswith("synthetic")
        assert run.history["epoch"].tolist() == list(range(len(run.history)))
        assert np.isfinite(run.history["loss"]).all()
        assert run.environment["packages"]["torch"]
        for partition in PARTITIONS:
            scores = run.scores(partition)
            assert np.isfinite(scores["score"]).all()
            assert scores["score"].nunique() > len(scores) / 2
            assert set(scores["label"]) == {"bonafide", "spoof"}
            assert scores["speaker"].nunique() > 1


# 2


def test_every_model_with_its_seeds():
    references = list_runs(FOLDER)
    seeds = {name: [] for name in MODELS}
    for run in references:
        seeds[run.config.model].append(run.seed)
    common = set.intersection(*map(set, seeds.values()))
    assert len(common) >= 3
    assert all(len(set(own)) == len(own) for own in seeds.values())
    for model in MODELS:
        assert {run.seed for run in load_references(model)} == common
    assert len({run.corpus["id"] for run in references}) == 1
    scores = {tuple(run.scores("eval")["score"]) for run in references}
    assert len(scores) == len(references)


# 3


def test_small_text_files():
    for path in (*FOLDER.rglob("*"), *SHORT_FOLDER.rglob("*")):
        if path.is_file():
            assert path.name in FILES, path
            assert path.stat().st_size < 5_000_000
            text = path.read_text("utf-8")
            assert not re.search(r"(^|[\s\"'])(/[a-z]+/|[A-Z]:\\|~/)", text), path
            if path.suffix == ".json":
                assert json.loads(text)


# 4


def test_regression_check():
    for folder in (FOLDER, SHORT_FOLDER):  # of the same configurations, computed once
        every = list_runs(folder)
        found = load_references(folder=folder)
        assert found == [r for r in every if r.seed in {run.seed for run in found}]


# 5


def test_short_runs_differ_in_epochs_only():
    references = list_runs(FOLDER)
    known = {(r.config.model, r.seed): r for r in references if r.config.model != "cnn"}
    found = {(r.config.model, r.seed): r for r in list_runs(SHORT_FOLDER)}
    assert len(found) >= 6
    assert set(found) <= set(known)
    for key, run in found.items():
        assert run.corpus["id"] == known[key].corpus["id"]
        assert run.config.epochs < known[key].config.epochs
        assert replace(run.config, epochs=known[key].config.epochs) == known[key].config
