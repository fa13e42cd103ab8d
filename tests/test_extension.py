"""Contracts of extending the library from outside.

1. A plugin module outside the library adds a front-end, a model, an augmentation, a
   corpus reader and a metric. They are in `--help`, one epoch trains with them by the
   command line, the metric is in the tables, and a sweep of the model finds its chapter
   in another folder.
2. What was trained before stays valid: a run and cached features are used again when a
   plugin is loaded, and when unrelated code changes (B3).
3. What a plugin registers and does not fit is a sentence that names it: a front-end, a
   model, a loss, an augmentation or a metric. A metric cannot replace another one.

The front-end, the model and the metric of 1 are those of the page *How to run it*.
"""

import json
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from antispoof import hashing
from antispoof.augment import apply, register_augmentation
from antispoof.config import TrainConfig
from antispoof.errors import ParameterError
from antispoof.frontends import load_features, register_frontend
from antispoof.losses import register_loss
from antispoof.metrics import METRICS, Metric
from antispoof.models import register_model
from antispoof.runs import jobs, list_runs, regression_check
from conftest import run_python, train
from corpora import write_flac

pytestmark = pytest.mark.usefixtures("registries")

PAGE = Path(__file__).resolve().parents[1] / "book" / "how_to_run.md"
SECTION = PAGE.read_text("utf-8").partition("(extend)=")[2]
EXAMPLE = SECTION.partition("```python\n")[2].partition("```")[0]
PLUGIN = f"""{EXAMPLE}
import pandas as pd

from antispoof.augment import register_augmentation
from antispoof.corpora import Corpus, register_corpus


@register_augmentation("quiet", title="quieter")
def quiet(waveform, rng):
    return waveform * np.float32(0.5)


@register_corpus("flat_folder", title="Flat folder", layout="clips and labels.csv")
def read(root):
    if not (root / "labels.csv").is_file():
        return None
    table = pd.read_csv(root / "labels.csv", keep_default_na=False, dtype=str)
    table["path"] = [str(root / name) for name in table["utt_id"] + ".flac"]
    return Corpus(name="flat", title="a flat folder", root=root, trials=table)
"""


@pytest.fixture
def project(tmp_path):
    """A folder of a student: a plugin and a corpus."""
    (tmp_path / "my_plugin.py").write_text(PLUGIN)
    folder = tmp_path / "clips"
    lines = ["utt_id,speaker,attack,label,partition"]
    speakers = {"train": ["S1", "S2", "S3", "S4"], "eval": ["S5", "S6"]}
    for partition, names in speakers.items():
        for speaker in names:
            for n, label in enumerate(["bonafide", "spoof", "spoof"]):
                attack = "-" if label == "bonafide" else "X1"
                lines.append(f"{speaker}{n},{speaker},{attack},{label},{partition}")
                write_flac(folder / f"{speaker}{n}.flac", seed=len(lines))
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


RUN = """
import json, sys
from antispoof.cli.app import app
for arguments in json.loads(sys.argv[1]):
    print("$", *arguments, flush=True)
    app(["--plugin", "my_plugin", *arguments], standalone_mode=False)
"""
REPORT = """
from antispoof.runs import list_runs
from antispoof.runs.tables import results_frame
from antispoof_report.notebooks.sweep import Sweep
sweep = Sweep.from_config({
    "models": ["linear"], "frontends": ["energy"], "seeds": [0], "corpora": ["clips"],
    "settings": {"linear": {"augment": ["quiet"]}}, "plugins": ["my_plugin"],
    "notebooks": ["chapters"], "analysis": [],
})
print("$", sweep.training_chapters["linear"], *sweep.corpus_names)
print("$", results_frame(list_runs("runs"))[["title", "recall_gap"]])
"""
CHAPTER = {"cells": [], "nbformat": 4, "nbformat_minor": 5}
CHAPTER["metadata"] = {"antispoof": {"trains": "linear"}}


def antispoof(project, *commands, then=""):
    """What each command prints; one process, because importing torch takes seconds."""
    words = json.dumps(commands)
    done = run_python(RUN + then, words, cwd=project, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("$ ")[1:]


# 1


def test_everything_from_outside(project):
    settings = ("--model", "linear", "--frontend", "energy", "--augment", "quiet")
    train = ("train", *settings, "--epochs", "1", "--corpus", "clips")
    helps = [("train", "--help"), ("corpus", "audit", "--help"), ("evaluate", "--help")]
    *texts, trained = antispoof(project, *helps, train)
    for name in ("linear", "energy", "quiet", "flat_folder", "recall_gap"):
        assert name in " ".join(texts)
    path = Path(trained.splitlines()[-1])
    assert "a flat folder" in (project / path / "config.json").read_text()
    protocol = project / path.parents[2] / "protocol-eval.txt"
    scores = project / path / "scores-eval.txt"
    (project / "chapters").mkdir()
    (project / "chapters" / "11_linear.ipynb").write_text(json.dumps(CHAPTER))
    again, listed, table, _, sweep, results = antispoof(
        project,
        train,
        ("runs", "list"),
        ("evaluate", str(scores), "--protocol", str(protocol), "--replicates", "20"),
        ("score", str(path), "--corpus", "clips", "--out", "again.txt"),
        then=REPORT,
    )
    assert "reused" in again
    assert "linear" in listed
    assert "recall gap" in table
    assert sweep.startswith("chapters/11_linear.ipynb flat-")
    assert "Linear model" in results
    assert (project / "again.txt").read_text().split()[0] == "S50"


# 2


@pytest.mark.usefixtures("small_frontend")
def test_older_runs_stay_valid(small_corpus, tmp_path, monkeypatch):
    """B3: any new file in a package, and any new message, discarded all runs."""
    (run,) = train(small_corpus, tmp_path)
    features = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")}
    # All code of the library counts as changed, and a plugin is imported.
    monkeypatch.setattr(hashing, "hash_folder", lambda folder: "other")
    exec(compile(PLUGIN, "my_plugin.py", "exec"), {"__name__": "my_plugin"})
    monkeypatch.setattr(jobs.training, "fit", None)  # nothing is trained again
    (again,) = train(small_corpus, tmp_path)
    assert again == run
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")} == features
    assert list_runs(tmp_path / "runs") == [run]


# 3

OWN = {"settings": {}, "shape": (1, 1, 10)}


@pytest.mark.parametrize(
    ("own", "made", "message"),
    [
        (OWN, np.ones((1, 1, 1, 1)), "(1, 1, 1, 1); accepted: shape (1, 1, 1, 10)"),
        (OWN, np.ones((1, 1, 10)), "(1, 1, 10); accepted: shape (1, 1, 1, 10)"),
        (OWN, np.full((1, 1, 1, 10), 1e5), "NaN or above 65 504"),
        (OWN, np.full((1, 1, 1, 10), np.nan), "NaN or above 65 504"),
        ({"settings": {}}, np.ones(1), "must have settings and shape"),
    ],
)
def test_bad_frontend(own, made, message, small_corpus, tmp_path):
    own = own | {"forward": lambda self, clips: torch.from_numpy(made)}
    register_frontend("bad", title="bad")(type("Bad", (nn.Module,), own))
    with pytest.raises(ParameterError, match=f"(?i)bad.*{re.escape(message)}"):
        load_features(small_corpus, "dev", frontend="bad", cache_dir=tmp_path)


POOLED = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 5))
FIXED = nn.Sequential(nn.Flatten(), nn.Linear(99, 2))


@pytest.mark.parametrize(
    ("model", "loss", "message"),
    [
        (POOLED, "cross_entropy", r"model 'bad'.*\(1, 5\); accepted: shape \(1, 2\)"),
        (FIXED, "cross_entropy", "given .*1, 64, 65.* 'logmel'.*frontend=.*: mat1 and"),
        (None, "bad", r"loss 'bad' returned shape \(3,\); accepted: shape \(\)"),
    ],
)
def test_bad_model_or_loss(model, loss, message):
    register_model("bad", title="bad", lr=1)(lambda: model)
    register_loss("bad", title="bad")(partial(nn.CrossEntropyLoss, reduction="none"))
    config = TrainConfig.for_model("bad" if model else "cnn", loss=loss)
    with pytest.raises(ParameterError, match=message):
        regression_check.compute(config)


@pytest.mark.parametrize(
    ("on", "change", "given"),
    [
        ("waveform", lambda x: None, "None; accepted: shape (1, 2, 3) float32"),
        ("waveform", lambda x: x[0, 0].astype(float), "shape (3,) float64; accepted"),
        ("features", lambda x: x[0], "shape (2, 3) float32; accepted: shape (1, 2, 3)"),
    ],
)
def test_bad_augmentation(on, change, given):
    register_augmentation("bad", title="bad", on=on)(lambda x, rng: change(x))
    x, rng = np.ones((1, 2, 3), np.float32), np.random.default_rng(0)
    with pytest.raises(ParameterError, match=re.escape(f"'bad' returned {given}")):
        apply(["bad"], x, rng, 1.0, on=on)


@pytest.mark.parametrize(
    ("needs", "fn", "message"),
    [
        ("confusion", np.sum, r"returned shape \(\); accepted: shape \(5, 3\)"),
        ("confusion", lambda c: c[9, 0], "IndexError"),
        ("curve", lambda scores, labels: 0, "TypeError.*missing 1 required"),
        ("curve", np.ones_like, r"returned shape .*; accepted: shape \(\)"),
    ],
)
def test_bad_metric(needs, fn, message):
    with pytest.raises(ParameterError, match=f"^metric 'bad' with .*{message}"):
        Metric("bad", fn, needs)(np.ones((5, 3, 2, 2)))
    with pytest.raises(ParameterError, match="metric 'eer' is already registered by"):
        METRICS["eer"] = Metric("mine", fn, needs)
