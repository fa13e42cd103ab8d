"""Contracts of run records.

1. What was written is read back: configuration, seed, corpus, history, scores,
   environment. Score files have the organisers' layout. (The model: see the tests of
   losses.)
2. Another configuration or corpus, also with other sound only, is another run (B1);
   with the old sound the old run is used again. (That a run is trained once, and one
   run per seed in their order: see the tests of the command line.)
3. A run that fails the regression check is archived, and used again when the code
   that made it returns.
4. An interrupted training resumes; not from a checkpoint that other code wrote. A run
   appears complete or not at all.
5. A reference run is reused where configuration, corpus and seed are the same and the
   regression check passes; the log reports one that is not used (B10). It is saved
   without weights, paths or names of machines.
6. Bad seeds are documented errors. (Full disks and damaged clips, B13: see the tests
   of the command line.)
7. What is not a run, or is damaged, is a RunError that names the file.
"""

import json
import platform
import re
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from antispoof import runs
from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.errors import ParameterError, RunError
from antispoof.runs import Run, list_runs, record, regression_check, run_path
from conftest import SMALL, assert_refused
from corpora import flac_path, write_corpus, write_flac
from study import keep

pytestmark = pytest.mark.usefixtures("small_frontend")

CONFIG = TrainConfig.for_model("cnn", epochs=1, batch_size=8)
RECORD = ("config.json", "history.csv", "environment.json")
FILES = {*RECORD, "scores-dev.txt", "scores-eval.txt"}
WEIGHTS = "model.safetensors"


class Project:
    """A corpus with its folders of runs, features and reference runs."""

    def __init__(self, corpus, folder):
        self.corpus, self.folder = corpus, folder
        self.runs, self.references = folder / "runs", folder / "references"
        self.lines = []
        self.log = self.lines.append

    def train(self, config=CONFIG, seeds=(0,), *, references=False, **settings):
        settings |= {"runs_dir": self.runs, "cache_dir": self.folder / "cache"}
        settings["references"] = self.references if references else None
        given = config, self.corpus, list(seeds)
        return runs.train_or_load(*given, log=self.log, **settings)


@pytest.fixture
def project(small_corpus, tmp_path):
    return Project(small_corpus, tmp_path)


@pytest.fixture
def other_code(monkeypatch):
    """Let the code compute other numbers, as after a change of a model."""
    compute = regression_check.compute

    def changed(config):
        return {p: [1.5 * x for x in found] for p, found in compute(config).items()}

    return lambda: monkeypatch.setattr(regression_check, "compute", changed)


# 1


def test_round_trip(project, finished):
    run = finished
    assert run.config == CONFIG
    assert run.seed == 0
    for name in ("id", "name", "title", "caveat"):
        assert run.corpus[name] == getattr(project.corpus, name)
    assert run.corpus["trials"] == {"train": 12, "dev": 3, "eval": 3}
    assert run.corpus["n_train"] == 6
    assert len(run.corpus["val_speakers"]) == 2
    assert run.history["epoch"].tolist() == [0]
    assert run.environment["python"] == platform.python_version()
    assert run.environment["packages"]["torch"] == torch.__version__
    assert run.environment["seconds"] > 0
    assert {path.name for path in run.path.iterdir()} == FILES | {WEIGHTS}
    run.check()


@pytest.mark.parametrize("partition", ["dev", "eval"])
def test_scores(project, finished, partition, monkeypatch):
    found, trials = finished.scores(partition), project.corpus.partition(partition)
    for column in ("utt_id", "speaker", "attack", "label"):
        assert found[column].tolist() == trials[column].tolist()
    # The organisers' code reads four columns by their position.
    lines = (finished.path / f"scores-{partition}.txt").read_text().splitlines()
    columns = found[["utt_id", "attack", "label", "score"]].astype(str)
    assert lines == [" ".join(row) for row in columns.to_numpy()]
    scores, labels = finished.scores_and_labels(partition)
    assert scores.tolist() == found["score"].tolist()
    assert labels.tolist() == (found["label"] == "bonafide").astype(int).tolist()
    monkeypatch.chdir(finished.path)
    assert Run.open(".").scores(partition).equals(found)


# 2


def test_folders_of_the_project(small_corpus, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    (run,) = runs.train_or_load(CONFIG, small_corpus, [0])
    assert run.path == run_path(tmp_path / "runs", small_corpus.id, CONFIG, 0)
    assert list((tmp_path / "data" / "features").rglob("train.npy"))
    target = keep(run, runs.REFERENCES, {})
    assert target.is_relative_to(tmp_path / "data" / "study")
    shutil.rmtree(tmp_path / "runs")
    assert runs.train_or_load(CONFIG, small_corpus, [0]) == runs.load_references()


def test_another_configuration_or_corpus(project, finished, tmp_path):
    (other_config,) = project.train(replace(CONFIG, batch_size=4))
    lines = {**SMALL, "dev": SMALL["dev"][:2]}
    project.corpus = open_corpus(write_corpus(tmp_path / "B" / "LA", lines))
    (other_corpus,) = project.train()
    assert len(other_corpus.scores("dev")) == 2
    found = list_runs(project.runs)
    expected = [finished, other_config, other_corpus]
    assert found == sorted(expected, key=lambda run: run.path)
    assert list_runs(project.runs, model="resnet") == []
    assert list_runs(project.folder / "nowhere") == []


def test_other_sound_is_another_run(project, finished, no_training, tmp_path):
    """B1: only the protocols were compared, so trimmed clips gave the old scores."""
    old = shutil.copytree(project.corpus.root, tmp_path / "old")
    for trial in project.corpus.trials.itertuples():
        path = flac_path(project.corpus.root, trial.partition, trial.utt_id)
        write_flac(path, seed=1000 + trial.Index, sample_rate=8_000)
    project.corpus = open_corpus(project.corpus.root)
    (run,) = project.train()
    assert run.path != finished.path
    assert run.corpus["trials"] == finished.corpus["trials"]
    assert not run.scores("eval").equals(finished.scores("eval"))
    no_training()
    shutil.copytree(old, project.corpus.root, dirs_exist_ok=True)
    project.corpus = open_corpus(project.corpus.root)
    assert project.train() == [finished]


# 3


def test_other_code(project, finished, other_code, monkeypatch, no_training):
    content = {name: (finished.path / name).read_bytes() for name in FILES}
    compute = regression_check.compute
    other_code()
    (new,) = project.train()
    assert "archived" in " ".join(project.lines)
    assert new.regression_scores != finished.regression_scores
    assert list_runs(project.runs) == [new]
    monkeypatch.setattr(regression_check, "compute", compute)
    no_training()
    (old,) = project.train()
    assert {name: (old.path / name).read_bytes() for name in FILES} == content


# 4


@pytest.mark.parametrize("name", ["write_scores", "save_file", "write_json"])
def test_interrupted_writing(project, monkeypatch, name):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(record, name, stop)
        project.train()
    assert list_runs(project.runs) == []
    (run,) = project.train()
    assert {path.name for path in run.path.iterdir()} == FILES | {WEIGHTS}
    assert {path.suffix for path in run.path.parent.iterdir()} == {"", ".lock"}


@pytest.mark.parametrize(("changed", "trained"), [(False, [3]), (True, [1, 2, 3])])
def test_interrupted_training(project, monkeypatch, other_code, changed, trained):
    """It resumes, unless other code wrote the checkpoint. (With the weights of one that
    was never interrupted: see the tests of previous sessions.)"""
    config = replace(CONFIG, epochs=3)

    def stop(line):
        if "epoch 2/" in line:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(project, "log", stop)
        project.train(config)
    assert list_runs(project.runs) == []
    if changed:
        other_code()
    project.train(config)
    found = re.findall(r" epoch (\d)/3", "\n".join(project.lines))
    assert [int(epoch) for epoch in found] == trained


# 5


def test_reference(project, finished, no_training):
    target = keep(finished, project.references, {})
    assert target == run_path(project.references, project.corpus.id, CONFIG, 0)
    assert {path.name for path in target.iterdir()} == FILES
    shutil.rmtree(project.runs)
    no_training()
    (reused,) = project.train(references=True)
    assert reused.path == target
    assert "reused from" in project.lines[-1]
    assert runs.load_references(folder=project.references) == [reused]
    assert runs.load_references("resnet", folder=project.references) == []
    with pytest.raises(RunError, match="without weights"):
        reused.model()
    text = "".join(path.read_text() for path in target.iterdir())
    assert str(project.folder) not in text
    assert platform.node() not in text


def test_unused_reference_is_reported(project, finished, other_code):
    """B10: a training of hours began, and no message said why."""
    target = keep(finished, project.references, {})
    shutil.rmtree(project.runs)
    other_code()
    (run,) = project.train(references=True)
    assert run.path != target
    assert "is not used, because" in project.lines[0]
    with pytest.raises(RunError, match="regression check differs"):
        runs.load_references(folder=project.references)


def test_references_have_one_configuration(project, finished):
    (other,) = project.train(replace(CONFIG, batch_size=4))
    for run in (finished, other):
        keep(run, project.references, {})
    with pytest.raises(RunError, match="runs of cnn with several"):
        runs.load_references(folder=project.references)


# 6


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "0"])
def test_bad_seed(project, seed):
    with pytest.raises(ParameterError, match="accepted: whole numbers from 0"):
        project.train(seeds=[0, seed])
    assert not project.runs.exists()


# 7


@pytest.mark.parametrize("name", RECORD)
def test_missing_file(finished, name):
    (finished.path / name).unlink()
    with pytest.raises(RunError, match=f"is not a run: .*{name}"):
        Run.open(finished.path)


def test_malformed(finished):
    file = finished.path / "config.json"
    good = json.loads(file.read_text())
    for changes in (
        {"format": 0},
        {"seed": "first"},
        {"regression_scores": None},
        {"config": {"model": "rnn", "lr": 1.0}},
        {"config": {"model": "cnn"}},
        {"corpus": {"id": "../elsewhere"}},
        {"corpus": {"id": ".."}},
        "{",
        "[]",
    ):
        damaged = isinstance(changes, str)
        file.write_text(changes if damaged else json.dumps(good | changes))
        assert_refused(RunError, lambda: Run.open(finished.path), finished.path)


@pytest.mark.parametrize("damage", ["cut off", "another model"])
def test_damaged_weights(finished, damage):
    file = finished.path / WEIGHTS
    if damage == "cut off":
        file.write_bytes(file.read_bytes()[:1000])
    else:
        save_file({"weight": torch.zeros(3)}, file)
    assert_refused(RunError, finished.model, file)


def test_scores_of_another_partition(finished):
    with pytest.raises(RunError, match="no scores of 'train'; it has dev, eval"):
        finished.scores("train")
    for file in finished.path.glob("scores-*"):
        file.unlink()
    with pytest.raises(RunError, match="'dev'; it has none"):
        finished.scores("dev")
