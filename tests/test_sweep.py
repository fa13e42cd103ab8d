"""Contracts of a sweep.

1. What is in a sweep file is checked before anything runs: names, types, models,
   front-ends, settings, chapters, corpora; and that no analysis would train a model
   that the sweep does not name.
2. The parameters of its jobs are accepted by the chapters that get them.
3. Snakemake plans the jobs of the sweeps in profiles/, and refuses a bad one. The
   commands of its jobs, and of the book's, name the interpreter in one word, whatever
   the name of the folder.
4. Plugins and augmentations of a sweep reach its jobs. (A model of a plugin, with a
   chapter in a folder of its own: see the tests of extension.)
"""

import gc
import re
import shlex
import sys
import warnings
from pathlib import Path

import pytest
import yaml

from antispoof.errors import AntispoofError, ParameterError
from antispoof_report.notebooks.parameters import accepted, checked
from antispoof_report.notebooks.sweep import Sweep

ROOT = Path(__file__).resolve().parents[1]
SWEEPS = sorted(ROOT.glob("profiles/sweep-*.yaml"))
SMALL = {"models": ["cnn", "resnet"], "seeds": [0, 1]}
PYTHON = '/My "it\'s" проект é (1)/python'


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch):
    monkeypatch.chdir(ROOT)


# 1


def test_a_bad_sweep_is_refused():
    for change, reason in (
        ({"model": ["cnn"]}, "a sweep has no parameter 'model'; it accepts: models"),
        ({"seeds": 3}, "'seeds' takes list"),
        ({"seeds": []}, "seeds of a sweep are"),
        ({"seeds": [1, 1]}, "each once"),
        ({"models": ["rnn"]}, "unknown model 'rnn'; accepted: cnn"),
        ({"frontends": ["mfcc"]}, "mfcc"),
        ({"settings": {"cnn": {"epoch": 1}}}, "unknown setting 'epoch'"),
        ({"analysis": ["09_none"]}, "'09_none' of a sweep has no chapter"),
        ({"threads": 0}, "threads from 1"),
        ({"plugins": ["no_plugin"]}, "plugin 'no_plugin' cannot be imported"),
        (
            {"analysis": ["06_analysis", "07_claims"]},
            "07_claims of a sweep would train resnet_lstm besides",
        ),
        ({"book": True}, "the book of a sweep would train resnet_lstm besides"),
    ):
        with pytest.raises(ParameterError, match=reason):
            Sweep.from_config(SMALL | change)


def test_a_sweep_of_all_models_may_have_any_analysis():
    whole = SMALL | {"models": ["resnet_lstm", "cnn", "resnet"]}
    analysis = ["06_analysis", "07_claims", "09_costs"]
    assert Sweep.from_config(whole | {"analysis": analysis, "book": True}).book
    assert Sweep.from_config(SMALL | {"analysis": ["06_analysis", "09_costs"]})


def test_a_missing_corpus_raises():
    sweep = Sweep.from_config(SMALL | {"corpora": ["no/such/folder"]})
    with pytest.raises(AntispoofError, match="does not exist"):
        sweep.corpus_names  # noqa: B018


# 2


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_jobs_have_parameters_that_chapters_accept(path, small_corpus):
    declared = yaml.safe_load(path.read_text("utf-8"))
    sweep = Sweep.from_config(declared | {"corpora": [str(small_corpus.root)]})
    (corpus,) = sweep.corpus_names
    assert corpus == small_corpus.id
    for model in sweep.models:
        chapter = sweep.training_chapters[model]
        given = sweep.train_params(corpus, "logmel", 1)
        assert checked(given, accepted(chapter), where=chapter.stem) == given
        assert given["settings"][model]["frontend"] == "logmel"
    for chapter in sweep.analysis:
        given = sweep.analysis_params(chapter, corpus, "logmel")
        known = accepted(sweep.chapters[chapter])
        assert checked(given, known, where=chapter) == given
        assert given["seeds"] == sweep.seeds


# 3


@pytest.fixture
def plan(tmp_path, monkeypatch, capsys, plugin):
    """What Snakemake would run: exit status and output."""
    from snakemake.cli import main

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ASVSPOOF2019_LA", raising=False)
    monkeypatch.setattr(sys, "executable", PYTHON)

    def run(*words):
        with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
            warnings.simplefilter("ignore")  # of packages
            main(["-n", "-p", "--nolock", *map(str, words)])
        output = "".join(capsys.readouterr())
        commands = re.findall(r"^Shell command: (?!None)(.*)$", output, re.MULTILINE)
        assert all(PYTHON in shlex.split(command) for command in commands)
        return end.value.code, output

    yield run
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Snakemake leaves folders to the collector
        gc.collect()


@pytest.fixture
def plan_sweep(plan, tmp_path):
    def run(sweep):
        file = tmp_path / "sweep-it.yaml"  # a name of its own: nothing of it is done
        file.write_text(yaml.safe_dump(sweep))
        return plan("-s", "sweep.smk", "--configfile", file)

    return run


def test_snakemake_plans_the_book(plan):
    status, output = plan("--forceall", "--", "html")
    assert status == 0, output
    assert output.count(shlex.quote(PYTHON)) > 10  # a word of every command


def test_snakemake_plans_a_sweep(plan_sweep):
    status, output = plan_sweep(SMALL | {"epochs": 3})
    assert status != 0
    assert "a sweep has no parameter 'epochs'" in output
    added = {"plugins": ["email"], "settings": {"cnn": {"augment": ["noise"]}}}
    status, output = plan_sweep(SMALL | added)
    assert status == 0, output
    counts = dict(re.findall(r"^(\w+) +(\d+)$", output, re.MULTILINE))
    # An empty word would be lost in the shell, and the next taken in its place.
    assert "-p seed 0 -p settings '{" in output
    assert "-p corpus" not in output
    assert "--plugin email" in output  # 4: any module can be one
    assert '"augment": ["noise"]' in output
    assert (counts["train"], counts["analyse"], counts["prepare"]) == ("4", "1", "1")
