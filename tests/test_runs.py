"""Contracts of run records.

1. What was written is read back: config, seed, corpus, history, scores, environment,
   and the model, which scores as it did. Scores are in the organisers' layout.
2. A run is trained once; asked for again it is reused. One run a seed, in their order.
   Folders that are not named are those of the project, wherever in it one works.
3. A run of other code is set aside, never rewritten, and comes back with its code.
4. A cut-off training goes on from its checkpoint; the record appears whole or not at
   all.
5. A reference run stands for a training only where config, corpus, seed and canary are
   the same; it is recorded whole, once, without weights, paths or names of machines.
6. Bad seeds, one-class partitions, damaged clips, diverged models and full disks are
   documented errors that leave nothing half-written.
7. What is no run, or a damaged one, is a RunError that names the file.
8. Tables have one row a run and partition.
"""

import importlib
import json
import platform
import shutil
from dataclasses import replace
from importlib import metadata
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from antispoof import metrics, runs
from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.errors import (
    AudioError,
    CorpusError,
    DiskError,
    ParameterError,
    RunError,
    ScoreError,
)
from antispoof.frontends import load_features
from antispoof.runs import Run, list_runs, record, recorded, run_path
from antispoof.runs.record import FILES
from antispoof.scoring import score
from conftest import SMALL
from corpora import flac_path, write_corpus, write_protocol

pytestmark = pytest.mark.usefixtures("small_frontend")

# The function of the same name hides the module it is in.
OBTAIN = importlib.import_module("antispoof.runs.jobs")
RECIPE = TrainConfig.for_model("cnn", epochs=1, batch_size=8)


class Place:
    """A corpus with its folders of runs, features and reference runs."""

    def __init__(self, corpus, folder):
        self.corpus, self.folder = corpus, folder
        self.runs, self.reference = folder / "runs", folder / "reference"
        self.said = []

    def train_or_load(self, config=RECIPE, seeds=(0,), *, reference=False):
        return OBTAIN.train_or_load(
            config,
            self.corpus,
            list(seeds),
            runs=self.runs,
            store=self.folder / "store",
            reference=self.reference if reference else None,
            say=self.said.append,
        )

    def files(self):
        """Everything below the runs but locks, with its time of writing."""
        return {
            path.relative_to(self.runs).as_posix(): path.stat().st_mtime_ns
            for path in self.runs.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }

    def half_written(self):
        """Whatever is neither a protocol nor a file of a finished run."""
        return [
            name
            for name in self.files()
            if not name.rsplit("/", 1)[-1].startswith("protocol-")
        ]


@pytest.fixture
def place(small_corpus, tmp_path):
    return Place(small_corpus, tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Folder where a finished run is kept for tests that only look at one."""
    return tmp_path_factory.mktemp("kept") / "runs"


@pytest.fixture
def finished(place, kept):
    """Folder of a finished run of `place`."""
    if kept.exists():
        shutil.copytree(kept, place.runs)
    else:
        place.train_or_load()
        shutil.copytree(place.runs, kept)
    return run_path(place.runs, place.corpus.id, RECIPE, 0)


def refuse_to_train(monkeypatch):
    def no_training(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr(OBTAIN, "fit", no_training)


# 1


def test_round_trip(place):
    (run,) = place.train_or_load()
    again = Run.open(run.path)
    assert again == run
    assert run.config == RECIPE
    assert run.model_name == "cnn"
    assert run.seed == 0
    assert run.path == run_path(place.runs, place.corpus.id, RECIPE, 0)
    assert run.corpus["id"] == place.corpus.id
    assert run.corpus["trials"] == {"train": 12, "dev": 3, "eval": 3}
    assert run.corpus["fitted"] == 6
    assert len(run.corpus["n_val_speakers"]) == 2
    assert run.history["epoch"].tolist() == [0]
    assert run.environment["python"] == platform.python_version()
    assert run.environment["packages"]["torch"] == metadata.version("torch")
    assert run.environment["seconds"] > 0


@pytest.mark.parametrize("partition", ["dev", "eval"])
def test_scores(place, finished, partition):
    run = Run.open(finished)
    found, trials = run.scores(partition), place.corpus.partition(partition)
    for column in ("utt_id", "speaker", "attack", "label"):
        assert found[column].tolist() == trials[column].tolist()
    # The organisers' code reads four columns by their position.
    lines = (run.path / f"scores-{partition}.txt").read_text().splitlines()
    fields = [line.split(" ") for line in lines]
    assert [f[0] for f in fields] == trials["utt_id"].tolist()
    assert [f[1] for f in fields] == trials["attack"].tolist()
    assert [f[2] for f in fields] == trials["label"].tolist()
    assert [float(f[3]) for f in fields] == found["score"].tolist()


def test_model_scores_as_it_did(place):
    (run,) = place.train_or_load()
    features = load_features(place.corpus, "eval", store=place.folder / "store")
    now = score(run.model(), features, device=torch.device("cpu"))
    np.testing.assert_allclose(now["score"], run.scores("eval")["score"], atol=1e-4)


def test_opens_from_within(finished, monkeypatch):
    monkeypatch.chdir(finished.parent)
    assert len(Run.open("seed0").scores("dev")) == 3
    monkeypatch.chdir(finished)
    assert len(Run.open(".").scores("dev")) == 3


# 2


def test_trained_once(place, monkeypatch):
    first = place.train_or_load(seeds=[1, 0])
    assert [run.seed for run in first] == [1, 0]
    before = place.files()
    refuse_to_train(monkeypatch)
    assert place.train_or_load(seeds=[0, 1]) == first[::-1]
    assert place.files() == before
    assert [line for line in place.said if line.endswith("reused")] == [
        f"cnn seed {seed} on {place.corpus.id}: reused" for seed in (0, 1)
    ]


def test_folders_are_the_projects(small_corpus, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    (run,) = OBTAIN.train_or_load(RECIPE, small_corpus, [0])
    assert run.path == run_path(tmp_path / "runs", small_corpus.id, RECIPE, 0)
    assert list((tmp_path / "data" / "features").rglob("train.npy"))
    record(run)
    assert [found.path for found in recorded()] == [
        run_path(tmp_path / "data" / "reference-runs", small_corpus.id, RECIPE, 0)
    ]
    shutil.rmtree(tmp_path / "runs")
    assert OBTAIN.train_or_load(RECIPE, small_corpus, [0]) == recorded()


def test_same_seed_same_scores(place):
    (run,) = place.train_or_load()
    names = ("scores-dev.txt", "scores-eval.txt", "model.safetensors", "config.json")
    before = [(run.path / name).read_bytes() for name in names]
    shutil.rmtree(place.runs)
    (run,) = place.train_or_load()
    assert [(run.path / name).read_bytes() for name in names] == before


def test_other_recipe_or_corpus_is_another_run(place, tmp_path):
    (one,) = place.train_or_load()
    (two,) = place.train_or_load(TrainConfig.for_model("cnn", epochs=1, batch_size=4))
    lines = {**SMALL, "dev": SMALL["dev"][:2]}
    other = Place(open_corpus(write_corpus(tmp_path / "B" / "LA", lines)), tmp_path)
    (three,) = other.train_or_load()
    assert len({one.path, two.path, three.path}) == 3
    assert len(three.scores("dev")) == 2
    assert len(one.scores("dev")) == 3
    found = [run.path for run in list_runs(place.runs)]
    assert found == sorted([one.path, two.path, three.path])
    assert list_runs(place.runs, model="resnet") == []
    assert list_runs(place.folder / "nowhere") == []


# 3


def test_other_code(place, monkeypatch):
    (old,) = place.train_or_load()
    content = {name: (old.path / name).read_bytes() for name in FILES}
    with monkeypatch.context() as patch:
        patch.setattr(OBTAIN, "CODE", ("antispoof.constants",))
        (new,) = place.train_or_load()
        assert new.code != old.code
        assert new.path == old.path
        aside = old.path.with_name(f"seed0.code-{old.code[:8]}")
        assert {name: (aside / name).read_bytes() for name in FILES} == content
        assert [run.code for run in list_runs(place.runs)] == [new.code]
        refuse_to_train(patch)
        assert place.train_or_load() == [new]
    # The code is changed back: its run is there again, nothing is trained or lost.
    refuse_to_train(monkeypatch)
    (back,) = place.train_or_load()
    assert back == old
    assert {name: (back.path / name).read_bytes() for name in FILES} == content
    with monkeypatch.context() as patch:
        patch.setattr(OBTAIN, "CODE", ("antispoof.constants",))
        assert place.train_or_load() == [new]


@pytest.mark.parametrize("room", ["features", "models", "training", "audio"])
def test_what_a_run_depends_on(room):
    assert f"antispoof.{room}" in OBTAIN.CODE


# 4


def cut(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["write_scores", "save_file", "_write_json"])
def test_cut_while_writing(place, monkeypatch, where):
    writing = importlib.import_module("antispoof.runs.record")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(writing, where, cut)
        place.train_or_load()
    assert list_runs(place.runs) == []
    (run,) = place.train_or_load()
    assert sorted(path.name for path in run.path.iterdir()) == sorted(
        [*FILES, "model.safetensors"]
    )
    assert list_runs(place.runs) == [run]
    assert not list(run.path.parent.glob("*partial*"))


def test_cut_while_training(place, monkeypatch):
    fit = OBTAIN.fit
    epochs = []

    def saving(*arguments, progress, **settings):
        def note(row):
            epochs.append(row["epoch"])
            progress(row)
            if len(epochs) == 2:
                raise KeyboardInterrupt

        settings["save_seconds"] = 0
        return fit(*arguments, progress=note, **settings)

    monkeypatch.setattr(OBTAIN, "fit", saving)
    config = TrainConfig.for_model("cnn", epochs=4, batch_size=8)
    with pytest.raises(KeyboardInterrupt):
        place.train_or_load(config)
    (partial,) = run_path(place.runs, place.corpus.id, config, 0).parent.glob("*.part*")
    # A draft of a checkpoint that was being written when the session ended.
    (partial / "checkpoint.tmp").write_bytes(b"half")
    (run,) = place.train_or_load(config)
    assert epochs == [0, 1, 2, 3]
    assert run.history["epoch"].tolist() == [0, 1, 2, 3]
    assert sorted(path.name for path in run.path.iterdir()) == sorted(
        [*FILES, "model.safetensors"]
    )


# 5


def test_reference(place, monkeypatch):
    (run,) = place.train_or_load()
    target = record(run, place.reference)
    assert target == run_path(place.reference, place.corpus.id, RECIPE, 0)
    assert sorted(path.name for path in target.iterdir()) == sorted(FILES)
    shutil.rmtree(place.runs)
    refuse_to_train(monkeypatch)
    (reused,) = place.train_or_load(reference=True)
    assert reused.path == target
    assert reused.scores("eval").equals(Run.open(target).scores("eval"))
    assert place.said[-1].endswith("reused from the reference runs")
    assert recorded(folder=place.reference) == [reused]
    assert recorded("resnet", folder=place.reference) == []
    with pytest.raises(RunError, match="without weights"):
        reused.model()


def test_reference_is_anonymous(place):
    target = record(place.train_or_load()[0], place.reference)
    told = "".join(path.read_text() for path in target.iterdir())
    for private in (str(place.folder), platform.node()):
        assert private not in told


def test_recorded_once_and_whole(place, monkeypatch):
    (run,) = place.train_or_load()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shutil, "copyfile", cut)
        record(run, place.reference)
    assert list_runs(place.reference) == []
    target = record(run, place.reference)
    with pytest.raises(RunError, match="recorded already"):
        record(run, place.reference)
    assert sorted(path.name for path in target.parent.iterdir()) == ["seed0"]


def test_references_are_by_one_recipe(place):
    for batch_size in (8, 4):
        config = TrainConfig.for_model("cnn", epochs=1, batch_size=batch_size)
        record(place.train_or_load(config)[0], place.reference)
    with pytest.raises(RunError, match="runs of cnn by several configs"):
        recorded(folder=place.reference)


@pytest.mark.parametrize("differing", ["seed", "config", "canary"])
def test_no_reference(place, monkeypatch, differing):
    (run,) = place.train_or_load()
    target = record(run, place.reference)
    shutil.rmtree(place.runs)
    config, seeds = RECIPE, [0]
    if differing == "seed":
        seeds = [1]
    elif differing == "config":
        config = TrainConfig.for_model("cnn", epochs=1, batch_size=4)
    else:
        told = json.loads((target / "config.json").read_text())
        told["canary"]["trained"][0] += 1
        (target / "config.json").write_text(json.dumps(told))
        with pytest.raises(RunError, match="canary differs"):
            recorded(folder=place.reference)
    refuse_to_train(monkeypatch)
    with pytest.raises(AssertionError, match="trained again"):
        place.train_or_load(config, seeds, reference=True)


# 6


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "0"])
def test_bad_seed(place, seed):
    with pytest.raises(ParameterError, match="seed="):
        place.train_or_load(seeds=[0, seed])
    assert not place.runs.exists()


@pytest.mark.parametrize("partition", ["train", "dev", "eval"])
def test_one_class(place, partition):
    spoof = [line for line in SMALL[partition] if line.endswith("spoof")]
    write_protocol(place.corpus.root, partition, "\n".join(spoof) + "\n")
    place.corpus = open_corpus(place.corpus.root)
    with pytest.raises(CorpusError, match=f"'{partition}' has no bonafide"):
        place.train_or_load()
    assert not place.runs.exists()
    assert not (place.folder / "store").exists()


def test_damaged_clip(place):
    flac_path(place.corpus.root, "eval", "E2").write_bytes(b"fLaC")
    with pytest.raises(AudioError, match="E2"):
        place.train_or_load()
    assert place.half_written() == []


def test_missing_clip(place):
    flac_path(place.corpus.root, "dev", "D2").unlink()
    with pytest.raises(CorpusError, match="D2"):
        place.train_or_load()
    assert place.half_written() == []


def test_diverged(place, monkeypatch):
    def diverged(*_, **__):
        raise ScoreError("the model has diverged")

    monkeypatch.setattr(OBTAIN, "scores_frame", diverged)
    with pytest.raises(ScoreError, match="diverged"):
        place.train_or_load()
    # What to go on from stays; training is not what failed.
    assert all(".partial-" in name for name in place.half_written())
    assert list_runs(place.runs) == []


def test_small_disk(place, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    with pytest.raises(DiskError, match=r"needs 1024 MiB .* 1 MiB are free"):
        place.train_or_load()
    assert place.half_written() == []


# 7


@pytest.mark.parametrize("name", FILES)
def test_missing_file(finished, name):
    (finished / name).unlink()
    with pytest.raises(RunError, match=f"{name} is missing"):
        Run.open(finished)


def change(told, **changes):
    return json.dumps({**told, **changes})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: "",
        lambda told: "{",
        lambda told: "[]",
        lambda told: "{}",
        lambda told: change(told, format=0),
        lambda told: change(told, seed="first"),
        lambda told: change(told, canary=None),
        lambda told: change(told, config={**told["config"], "model": "rnn"}),
        lambda told: change(told, config={**told["config"], "colour": "red"}),
        lambda told: change(told, config={"model": "cnn"}),
        lambda told: change(told, corpus={"kind": "mini"}),
        lambda told: change(told, corpus={**told["corpus"], "id": "../elsewhere"}),
    ],
)
def test_malformed(finished, spoil):
    file = finished / "config.json"
    file.write_text(spoil(json.loads(file.read_text())))
    with pytest.raises(RunError) as caught:
        Run.open(finished)
    assert str(finished) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spoil", ["cut off", "another model"])
def test_damaged_weights(finished, spoil):
    file = finished / "model.safetensors"
    if spoil == "cut off":
        file.write_bytes(file.read_bytes()[:1000])
    else:
        save_file({"weight": torch.zeros(3)}, file)
    with pytest.raises(RunError, match=r"model\.safetensors") as caught:
        Run.open(finished).model()
    assert "\n" not in str(caught.value)


def test_scores_of_another_partition(finished):
    with pytest.raises(RunError, match="'train'; accepted: dev, eval"):
        Run.open(finished).scores("train")


def test_scores_that_lack_a_trial(finished):
    file = finished / "scores-dev.txt"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(ScoreError, match="D1"):
        Run.open(finished).scores("dev")


# 8


def test_results(place):
    found = place.train_or_load(seeds=[0, 1])
    table = runs.results_frame(found)
    assert table[["seed", "partition"]].values.tolist() == [
        [0, "dev"],
        [0, "eval"],
        [1, "dev"],
        [1, "eval"],
    ]
    frame = found[1].scores("eval")
    labels = (frame["label"] == "bonafide").to_numpy(int)
    row = table.iloc[3]
    assert row["n"] == 3
    assert row["eer"] == metrics.eer(frame["score"], labels)
    assert row["accuracy"] == metrics.accuracy(frame["score"], labels)
    assert row["always_spoof_accuracy"] == pytest.approx(2 / 3)
    matrix = runs.confusion(found, "eval")
    assert matrix.sum() == 3
    assert matrix.sum(1).tolist() == [2, 1]
    assert list(runs.by_model(found[::-1])) == ["cnn"]
    assert [run.seed for run in runs.by_model(found[::-1])["cnn"]] == [0, 1]
    assert [len(history) for history in runs.histories(found)["CNN"]] == [1, 1]


def test_runs_by_their_length(place):
    found = place.train_or_load(seeds=[1, 0]) + place.train_or_load(
        replace(RECIPE, epochs=2)
    )
    (of_model,) = runs.by_epochs(found, "eval").values()
    assert {epochs: len(tables) for epochs, tables in of_model.items()} == {1: 2, 2: 1}
    assert of_model[1][0].equals(found[1].scores("eval"))
    assert of_model[2][0].equals(found[2].scores("eval"))


def test_the_measures_of_the_field(place):
    found = place.train_or_load(seeds=[0, 1])
    (row,) = runs.standard_metrics(found).to_dict("index").values()
    rates = runs.results_frame(found).query("partition == 'eval'")["eer"]
    assert row["eer"] == pytest.approx(rates.mean())
    assert row["eer_hull"] <= 0.5
    assert row["min_dcf"] <= row["actual_dcf"]
    assert row["min_cllr"] <= row["cllr"]
