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
from functools import partial

import pytest
import torch
from safetensors.torch import save_file

from antispoof import runs
from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.errors import ParameterError, RunError
from antispoof.runs import Run, list_runs, record, regression_check, run_path
from conftest import SMALL, assert_refused, train
from corpora import flac_path, write_corpus, write_flac
from study import keep

pytestmark = pytest.mark.usefixtures("small_frontend")

CONFIG = TrainConfig.for_model("cnn", epochs=1, batch_size=8)
RECORD = ("config.json", "history.csv", "environment.json")
FILES = {*RECORD, "scores-dev.txt", "scores-eval.txt"}
WEIGHTS = "model.safetensors"


@pytest.fixture
def again(small_corpus, tmp_path):
    """Trains in the folder of the fixture `finished`."""
    return partial(train, small_corpus, tmp_path)


@pytest.fixture
def other_code(monkeypatch):
    """Let the code compute other numbers, as after a change of a model."""
    compute = regression_check.compute

    def changed(config):
        return {p: [1.5 * x for x in found] for p, found in compute(config).items()}

    return lambda: monkeypatch.setattr(regression_check, "compute", changed)


# 1


def test_round_trip(small_corpus, finished):
    run = finished
    assert run.config == CONFIG
    assert run.seed == 0
    for name in ("id", "name", "title", "caveat"):
        assert run.corpus[name] == getattr(small_corpus, name)
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
def test_scores(small_corpus, finished, partition, monkeypatch):
    found, trials = finished.scores(partition), small_corpus.partition(partition)
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


def test_another_configuration_or_corpus(small_corpus, finished, tmp_path):
    (other_config,) = train(small_corpus, tmp_path, batch_size=4)
    lines = {**SMALL, "dev": SMALL["dev"][:2]}
    other = open_corpus(write_corpus(tmp_path / "B" / "LA", lines))
    (other_corpus,) = train(other, tmp_path)
    assert len(other_corpus.scores("dev")) == 2
    found = list_runs(tmp_path / "runs")
    expected = [finished, other_config, other_corpus]
    assert found == sorted(expected, key=lambda run: run.path)
    assert list_runs(tmp_path / "runs", model="resnet") == []
    assert list_runs(tmp_path / "nowhere") == []


def test_other_sound_is_another_run(small_corpus, finished, no_training, tmp_path):
    """B1: only the protocols were compared, so trimmed clips gave the old scores."""
    folder = small_corpus.root
    old = shutil.copytree(folder, tmp_path / "old")
    for trial in small_corpus.trials.itertuples():
        path = flac_path(folder, trial.partition, trial.utt_id)
        write_flac(path, seed=1000 + trial.Index, sample_rate=8_000)
    (run,) = train(open_corpus(folder), tmp_path)
    assert run.path != finished.path
    assert run.corpus["trials"] == finished.corpus["trials"]
    assert not run.scores("eval").equals(finished.scores("eval"))
    no_training()
    shutil.copytree(old, folder, dirs_exist_ok=True)
    assert train(open_corpus(folder), tmp_path) == [finished]


# 3


def test_other_code(again, finished, other_code, monkeypatch, no_training):
    content = {name: (finished.path / name).read_bytes() for name in FILES}
    compute = regression_check.compute
    other_code()
    lines = []
    (new,) = again(log=lines.append)
    assert "archived" in " ".join(lines)
    assert new.regression_scores != finished.regression_scores
    assert list_runs(finished.path.parents[3]) == [new]
    monkeypatch.setattr(regression_check, "compute", compute)
    no_training()
    (old,) = again()
    assert {name: (old.path / name).read_bytes() for name in FILES} == content


# 4


@pytest.mark.parametrize("name", ["write_scores", "save_file", "write_json"])
def test_interrupted_writing(again, tmp_path, monkeypatch, name):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(record, name, stop)
        again()
    assert list_runs(tmp_path / "runs") == []
    (run,) = again()
    assert {path.name for path in run.path.iterdir()} == FILES | {WEIGHTS}
    assert {path.suffix for path in run.path.parent.iterdir()} == {"", ".lock"}


@pytest.mark.parametrize(("changed", "trained"), [(False, [3]), (True, [1, 2, 3])])
def test_interrupted_training(again, tmp_path, other_code, changed, trained):
    """It resumes, unless other code wrote the checkpoint. (With the weights of one that
    was never interrupted: see the tests of previous sessions.)"""

    def stop(line):
        if "epoch 2/" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        again(epochs=3, log=stop)
    assert list_runs(tmp_path / "runs") == []
    if changed:
        other_code()
    lines = []
    again(epochs=3, log=lines.append)
    found = re.findall(r" epoch (\d)/3", "\n".join(lines))
    assert [int(epoch) for epoch in found] == trained


# 5


def test_reference(again, small_corpus, finished, no_training, tmp_path):
    folder, lines = tmp_path / "references", []
    target = keep(finished, folder, {})
    assert target == run_path(folder, small_corpus.id, CONFIG, 0)
    assert {path.name for path in target.iterdir()} == FILES
    shutil.rmtree(tmp_path / "runs")
    no_training()
    (reused,) = again(references=folder, log=lines.append)
    assert reused.path == target
    assert "reused from" in lines[-1]
    assert runs.load_references(folder=folder) == [reused]
    assert runs.load_references("resnet", folder=folder) == []
    with pytest.raises(RunError, match="without weights"):
        reused.model()
    text = "".join(path.read_text() for path in target.iterdir())
    assert str(tmp_path) not in text
    assert platform.node() not in text


def test_unused_reference_is_reported(again, finished, other_code, tmp_path):
    """B10: a training of hours began, and no message said why."""
    folder, lines = tmp_path / "references", []
    target = keep(finished, folder, {})
    shutil.rmtree(tmp_path / "runs")
    other_code()
    (run,) = again(references=folder, log=lines.append)
    assert run.path != target
    assert "is not used, because" in lines[0]
    with pytest.raises(RunError, match="regression check differs"):
        runs.load_references(folder=folder)


def test_references_have_one_configuration(again, finished, tmp_path):
    for run in (finished, *again(batch_size=4)):
        keep(run, tmp_path / "references", {})
    with pytest.raises(RunError, match="runs of cnn with several"):
        runs.load_references(folder=tmp_path / "references")


# 6


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "0"])
def test_bad_seed(again, tmp_path, seed):
    with pytest.raises(ParameterError, match="accepted: whole numbers from 0"):
        again(seeds=[0, seed])
    assert not (tmp_path / "runs").exists()


# 7


@pytest.mark.parametrize("name", RECORD)
def test_missing_file(finished, name):
    (finished.path / name).unlink()
    with pytest.raises(RunError, match=f"{name} cannot be read: No such file"):
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


def test_damaged_weights(finished):
    file = finished.path / WEIGHTS
    file.write_bytes(file.read_bytes()[:1000])
    assert_refused(RunError, finished.model, file)
    save_file({"weight": torch.zeros(3)}, file)  # of another model
    assert_refused(RunError, finished.model, file)


def test_scores_of_another_partition(finished):
    with pytest.raises(RunError, match="no scores of 'train'; it has dev, eval"):
        finished.scores("train")
    for file in finished.path.glob("scores-*"):
        file.unlink()
    with pytest.raises(RunError, match="'dev'; it has none"):
        finished.scores("dev")
