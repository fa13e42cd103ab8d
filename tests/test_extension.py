"""Contracts of extending the library from outside.

1. A plugin module outside the library adds a front-end, a model, an augmentation, a
   corpus reader and a metric. They are in `--help`, one epoch trains with them by the
   command line, the metric is in the tables, and a sweep of the model finds its chapter
   in another folder.
2. What was trained before stays valid: a run and cached features are used again when a
   plugin is loaded, and when unrelated code changes (B3).
"""

import json
from pathlib import Path

import pytest

from antispoof import hashing
from antispoof.augment import AUGMENTATIONS
from antispoof.config import TrainConfig
from antispoof.corpora.registry import CORPORA
from antispoof.frontends import FRONTENDS
from antispoof.metrics import METRICS
from antispoof.models import MODELS
from antispoof.runs import jobs, list_runs, train_or_load
from conftest import run_python
from corpora import write_flac

LIB = Path(__file__).resolve().parents[1] / "lib"
PLUGIN = '''
"""What a student adds in a file of their own."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof.augment import register_augmentation
from antispoof.corpora import Corpus, register_corpus
from antispoof.frontends import register_frontend
from antispoof.metrics import METRICS, Metric
from antispoof.models import register_model


@register_frontend("energy", title="energy")
class Energy(nn.Module):
    settings = {"frame": 160}
    n_samples, hop_length, shape = 1_600, 160, (1, 1, 10)
    row_frequencies = np.array([np.nan])

    def forward(self, waveform):
        clip = nn.functional.pad(waveform[:, :1_600], (0, 1_600))[:, :1_600]
        return clip.unflatten(1, (10, 160)).square().mean(2)[:, None, None].log1p()


@register_model("linear", title="Linear model", lr=0.01)
class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(10, 2)

    def forward(self, x):
        return self.layer(x.flatten(1))


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


def mean_gap(scores, labels):
    scores, labels = np.asarray(scores), np.asarray(labels)
    return float(scores[labels == 1].mean() - scores[labels == 0].mean())


METRICS["mean_gap"] = Metric("mean gap", mean_gap, bounded=False)
'''


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
print("$", sweep.training_chapter("linear"), *sweep.corpus_names)
print("$", results_frame(list_runs("runs"))[["title", "mean_gap"]])
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
    text, trained = antispoof(project, ("train", "--help"), train)
    for name in ("linear", "energy", "quiet"):
        assert name in text
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
    assert "mean gap" in table
    assert sweep.startswith("chapters/11_linear.ipynb flat-")
    assert "Linear model" in results
    assert (project / "again.txt").read_text().split()[0] == "S50"


# 2


@pytest.mark.usefixtures("small_frontend")
def test_older_runs_stay_valid(small_corpus, tmp_path, monkeypatch):
    """B3: any new file in a package, and any new message, discarded all runs."""
    config = TrainConfig.for_model("cnn", epochs=1, batch_size=8)
    folders = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "cache"}
    (run,) = train_or_load(config, small_corpus, [0], references=None, **folders)
    features = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")}
    # All code of the library counts as changed, and a plugin is imported.
    monkeypatch.setattr(hashing, "hash_folder", lambda folder: "other")
    for registry in (AUGMENTATIONS, CORPORA, FRONTENDS, MODELS):
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
    exec(compile(PLUGIN, "my_plugin.py", "exec"), {"__name__": "my_plugin"})
    METRICS.pop("mean_gap")
    monkeypatch.setattr(jobs.training, "fit", None)  # nothing is trained again
    (again,) = train_or_load(config, small_corpus, [0], references=None, **folders)
    assert again == run
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")} == features
    assert list_runs(folders["runs_dir"]) == [run]
