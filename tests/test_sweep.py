"""Contracts of a sweep.

1. What a sweep file says is checked before anything runs: names, types, models,
   front-ends, settings, chapters, corpora; and that no analysis would train a model
   that the sweep does not name.
2. The parameters of its jobs are accepted by the chapters that get them.
3. Snakemake plans the jobs of the sweeps in profiles/, and refuses a bad one.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from antispoof.errors import AntispoofError, ParameterError
from antispoof_report.notebooks.parameters import accepted, checked
from antispoof_report.notebooks.sweep import Sweep

ROOT = Path(__file__).resolve().parents[1]
SWEEPS = sorted(ROOT.glob("profiles/sweep-*.yaml"))
SMALL = {"models": ["cnn", "resnet"], "seeds": [0, 1]}


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch):
    monkeypatch.chdir(ROOT)


# 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model": ["cnn"]}, "a sweep has no parameter 'model'; it accepts: models"),
        ({"seeds": 3}, "'seeds' takes list"),
        ({"seeds": ["a"]}, "'seeds' takes list"),
        ({"seeds": []}, "seeds of a sweep are"),
        ({"seeds": [1, 1]}, "each once"),
        ({"models": ["rnn"]}, "unknown model 'rnn'; accepted: cnn"),
        ({"frontends": ["mfcc"]}, "frontend='mfcc'"),
        ({"settings": {"cnn": {"epoch": 1}}}, "unknown setting 'epoch'"),
        ({"settings": {"rnn": {}}}, "unknown model 'rnn'"),
        ({"analysis": ["09_none"]}, "'09_none' is no chapter"),
        ({"threads": 0}, "threads from 1"),
        ({"book": 1}, "'book' takes bool"),
        (
            {"analysis": ["06_analysis", "07_claims"]},
            "07_claims of a sweep is about cnn, resnet, resnet_lstm, and would train"
            " resnet_lstm besides",
        ),
        ({"book": True}, "the book of a sweep .* would train resnet_lstm besides"),
    ],
)
def test_a_bad_sweep_is_refused(change, reason):
    with pytest.raises(ParameterError, match=reason):
        Sweep.of(SMALL | change)


def test_a_sweep_needs_models_and_seeds():
    with pytest.raises(ParameterError, match="a sweep needs seeds"):
        Sweep.of({"models": ["cnn"]})


def test_a_sweep_of_all_models_may_have_any_analysis():
    whole = SMALL | {"models": ["resnet_lstm", "cnn", "resnet"]}
    analysis = ["06_analysis", "07_claims", "09_costs"]
    assert Sweep.of(whole | {"analysis": analysis, "book": True}).book
    assert Sweep.of(SMALL | {"analysis": ["06_analysis", "09_costs"]})


def test_a_corpus_that_is_none_is_refused():
    sweep = Sweep.of(SMALL | {"corpora": ["no/such/folder"]})
    with pytest.raises(AntispoofError, match="does not exist"):
        sweep.corpus_names  # noqa: B018


# 2


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_jobs_have_parameters_that_chapters_accept(path, small_corpus):
    told = yaml.safe_load(path.read_text("utf-8"))
    sweep = Sweep.of(told | {"corpora": [str(small_corpus.root)]})
    (corpus,) = sweep.corpus_names
    assert corpus == small_corpus.id
    for model in sweep.models:
        chapter = sweep.chapter(model)
        given = sweep.training(corpus, "logmel", 1)
        assert checked(given, accepted(chapter), where=chapter.stem) == given
        assert given["settings"][model]["frontend"] == "logmel"
    for chapter in sweep.analysis:
        given = sweep.comparing(chapter, corpus, "logmel")
        known = accepted(ROOT / "notebooks" / f"{chapter}.ipynb")
        assert checked(given, known, where=chapter) == given
        assert given["seeds"] == sweep.seeds


# 3


def plan(*words, folder):
    environment = os.environ | {"XDG_CACHE_HOME": str(folder)}
    environment.pop("ASVSPOOF2019_LA", None)
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "-s", "sweep.smk", "-n", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_snakemake_plans_a_sweep(tmp_path):
    file = tmp_path / "sweep-it.yaml"  # a name of its own: nothing of it is done yet
    file.write_text(yaml.safe_dump(SMALL))
    done = plan("--configfile", file, "--nolock", "-p", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(
        line.split() for line in done.stdout.splitlines() if len(line.split()) == 2
    )
    # An empty word would be lost in the shell, and the next taken in its place.
    assert "-p seed 0 -p settings '{" in done.stdout
    assert "-p corpus" not in done.stdout
    assert (counts["train"], counts["analyse"], counts["prepare"]) == ("4", "1", "1")


def test_snakemake_refuses_a_bad_sweep(tmp_path):
    file = tmp_path / "sweep-bad.yaml"
    file.write_text(yaml.safe_dump(SMALL | {"epochs": 3}))
    done = plan("--configfile", file, "--nolock", folder=tmp_path)
    assert done.returncode != 0
    assert "a sweep has no parameter 'epochs'" in done.stdout + done.stderr
