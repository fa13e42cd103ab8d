"""Contracts of extending the library from outside.

1. A plugin module outside the library (examples/every_part.py) adds a front-end, a
   model, an augmentation, a corpus reader and a metric. They are in `--help`, one epoch
   trains with them by the command line, the metric is in the tables, and a sweep of the
   model finds its chapter in another folder.
2. What was trained before stays valid: a run and cached features are used again when a
   plugin is loaded, and when unrelated code changes (B3).
"""

import json
import sys
from pathlib import Path

import pytest

from antispoof import hashing
from antispoof.plugins import load_plugins
from antispoof.runs import jobs, list_runs
from antispoof.runs.tables import results_frame
from antispoof_report.notebooks.sweep import Sweep
from conftest import train
from corpora import write_flac

PLUGIN = Path(__file__).parents[1].joinpath("examples/every_part.py").read_text("utf-8")
CHAPTER = {"cells": [], "nbformat": 4, "nbformat_minor": 5}
CHAPTER["metadata"] = {"antispoof": {"trains": "linear"}}
SWEEP = {
    **{"models": ["linear"], "frontends": ["energy"], "seeds": [0]},
    **{"settings": {"linear": {"augment": ["quiet"]}}, "plugins": ["my_plugin"]},
    **{"corpora": ["clips"], "notebooks": ["chapters"], "analysis": []},
}


# 1


def test_everything_from_outside(antispoof, plugin):
    lines = ["utt_id,speaker,attack,label,partition"]
    speakers = {"train": ["S1", "S2", "S3", "S4"], "eval": ["S5", "S6"]}
    for partition, names in speakers.items():
        for name in names:
            for n, end in enumerate(["-,bonafide", "X1,spoof", "X1,spoof"]):
                lines.append(f"{name}{n},{name},{end},{partition}")
                write_flac(Path("clips") / f"{name}{n}.flac", seed=len(lines))
    Path("clips/labels.csv").write_text("\n".join(lines) + "\n")
    plugin(Path("my_plugin.py"), PLUGIN)
    settings = ("--model", "linear", "--frontend", "energy", "--augment", "quiet")
    words = ("train", *settings, "--epochs", "1", "--corpus", "clips")

    def run(*arguments):
        sys.modules.pop("my_plugin", None)  # a process of its own would import it
        result = antispoof("--plugin", "my_plugin", *arguments)
        assert result.status == 0, result.err
        return result.out

    text = run("train", "--help")
    for name in ("linear", "energy", "quiet"):
        assert name in text
    path = Path(run(*words).splitlines()[-1])
    assert "a flat folder" in (path / "config.json").read_text()
    assert "reused" in run(*words)
    assert "linear" in run("runs", "list")
    protocol = ("--protocol", path.parents[2] / "protocol-eval.txt")
    table = run("evaluate", path / "scores-eval.txt", *protocol, "--replicates", "20")
    assert "mean gap" in table
    run("score", path, "--corpus", "clips", "--out", "again.txt")
    assert Path("again.txt").read_text().split()[0] == "S50"
    Path("chapters").mkdir()
    Path("chapters/11_linear.ipynb").write_text(json.dumps(CHAPTER))
    sweep = Sweep.from_config(SWEEP)
    assert sweep.training_chapter("linear") == Path("chapters/11_linear.ipynb")
    assert [name[:5] for name in sweep.corpus_names] == ["flat-"]
    results = results_frame(list_runs("runs"))
    assert results["title"].tolist() == ["Linear model"]
    assert results["mean_gap"].notna().all()


# 2


@pytest.mark.usefixtures("small_frontend")
def test_older_runs_stay_valid(small_corpus, tmp_path, monkeypatch, plugin):
    """B3: any new file in a package, and any new message, discarded all runs."""
    (run,) = train(small_corpus, tmp_path)
    features = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")}
    # All code of the library counts as changed, and a plugin is imported.
    monkeypatch.setattr(hashing, "hash_folder", lambda folder: "other")
    plugin(tmp_path / "my_plugin.py", PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    load_plugins(["my_plugin"])
    monkeypatch.setattr(jobs, "fit", None)  # nothing is trained again
    (again,) = train(small_corpus, tmp_path)
    assert again == run
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")} == features
    assert list_runs(tmp_path / "runs") == [run]
