"""Contracts of training.

Holding out speakers:
1. Among the groups within 1.5 times their fair share, the one with the largest rarer
   class; no speaker on both sides, both classes on both sides; where that cannot be, a
   CorpusError. The real subset keeps the speakers that hold most of it in training.
Fitting:
2. Only trials of train are learned from and chosen by; both parts need both classes.
3. A learnable problem is learned. The model kept is the one of the best epoch, by
   macro-F1 on the held-out speakers, then by loss; or the last one, if the config says
   so.
4. Same seed, same scores; another seed, others. Fits do not influence one another.
5. A fit cut off anywhere and taken up again ends with the weights and history of one
   that was not; a finished one is not trained again. The end of every epoch is saved,
   and a moment within it every so many seconds, unless saving would take more than a
   twentieth of the time. The seconds of all sessions count.
6. A checkpoint that is damaged, of another fit, or that would run code, is a RunError
   and runs nothing; a full disk is a DiskError that leaves the last checkpoint.
7. Settings do what they say: class weights, warm-up, cosine schedule, patience,
   gradient norm, weight decay, bf16. Models and their scores stay float32. What a
   machine cannot do is a ParameterError.
8. The history can be watched: signs of life within an epoch, a TensorBoard log.
"""

import importlib
import sys
from itertools import chain, count, pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from antispoof import metrics
from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.errors import CorpusError, DiskError, ParameterError, RunError
from antispoof.frontends import FeatureSet
from antispoof.scoring import score
from antispoof.training import (
    checkpoint,
    choose_holdout,
    fit,
    loop,
    split_holdout,
    state,
)
from antispoof.training.checkpoint import (
    Saver,
    load_checkpoint,
    random_states,
    restore_random_states,
    save_checkpoint,
)
from antispoof.training.step import TrainStep

RECIPE = TrainConfig.for_model("cnn", epochs=2, batch_size=8)
CPU = torch.device("cpu")
SUBSET = "corpora/asvspoof2019-la-subset/LA"


def trials(**counts):
    """Trials of speakers; counts[name] = (bona fide, spoof)."""
    rows = [
        {"speaker": name, "label": label}
        for name, (bonafide, spoof) in counts.items()
        for label in ["bonafide"] * bonafide + ["spoof"] * spoof
    ]
    return pd.DataFrame(rows)


def trained(make_features, config=RECIPE, *, seed=0, **settings):
    return fit(config, *parts(make_features), seed=seed, cpu=True, **settings)


def parts(make_features):
    return make_features(24), make_features(12, seed=1)


def weights(fitted):
    return torch.cat([value.flatten().double() for value in state(fitted).values()])


def state(fitted):
    return fitted.model.state_dict()


def assert_same(one, other):
    assert one.best_epoch == other.best_epoch
    assert all(torch.equal(state(one)[n], state(other)[n]) for n in state(one))
    pd.testing.assert_frame_equal(
        one.history.drop(columns="seconds"),
        other.history.drop(columns="seconds"),
        check_exact=True,
    )


# 1


def test_holdout_is_the_largest_within_the_fair_share():
    # Of 4 speakers 2 are fair with 3/4 of a class. "d" has most of the bona fide.
    speakers = trials(a=(2, 4), b=(3, 4), c=(2, 4), d=(20, 4))
    assert choose_holdout(speakers, 2) == ("a", "b")  # 5 bona fide; b+c ties, is later
    assert choose_holdout(speakers, 1) == ("b",)


def test_holdout_is_the_same_in_any_order():
    speakers = trials(a=(2, 4), b=(3, 4), c=(2, 4), d=(20, 4))
    shuffled = speakers.sample(frac=1, random_state=1)
    assert choose_holdout(shuffled, 2) == choose_holdout(speakers, 2)


def test_holdout_leaves_both_classes_in_training():
    # a and b are the largest group within its share, and all the bona fide there is.
    speakers = trials(a=(5, 5), b=(5, 5), c=(0, 10))
    assert choose_holdout(speakers, 2) == ("a", "c")


def test_holdout_where_every_group_takes_too_much():
    # "b" or "c" must be held out for bona fide trials, and each has half of them.
    speakers = trials(a=(0, 40), b=(4, 1), c=(4, 1), d=(0, 1), e=(0, 1))
    (held,) = choose_holdout(speakers, 1)
    assert held == "b"


def test_split(make_features):
    features = make_features(24)
    part, holdout = split_holdout(features, 2)
    assert len(part) + len(holdout) == 24
    assert holdout.trials["speaker"].nunique() == 2
    assert set(part.trials["speaker"]).isdisjoint(holdout.trials["speaker"])
    assert set(part.labels) == set(holdout.labels) == {0, 1}
    of_all = dict(zip(features.trials["utt_id"], features.tensor(), strict=True))
    for side in (part, holdout):
        for utt_id, x in zip(side.trials["utt_id"], side.tensor(), strict=True):
            assert torch.equal(x, of_all[utt_id])


def test_holdout_of_the_real_subset(shared):
    train = open_corpus(shared(SUBSET)).partition("train")
    held = train["speaker"].isin(choose_holdout(train))
    assert train[held]["speaker"].nunique() == 2
    assert set(train[held]["label"]) == set(train[~held]["label"])
    assert {"LA_0079", "LA_0093"} <= set(train[~held]["speaker"])
    assert held.mean() < 0.2


@pytest.mark.parametrize(
    ("speakers", "n"),
    [
        ({"a": (3, 0), "b": (2, 0), "c": (4, 0)}, 2),
        ({"a": (3, 3), "b": (2, 2)}, 2),
        ({"a": (3, 3)}, 1),
        ({"a": (9, 0), "b": (0, 9), "c": (0, 9)}, 1),
    ],
)
def test_no_holdout(speakers, n):
    with pytest.raises(CorpusError) as caught:
        choose_holdout(trials(**speakers), n)
    assert "\n" not in str(caught.value)
    assert f"{len(speakers)} speakers" in str(caught.value)


# 2


@pytest.mark.parametrize("partition", ["dev", "eval"])
@pytest.mark.parametrize("where", ["fitted", "holdout"])
def test_only_train(make_features, partition, where):
    given = {"fitted": make_features(), "holdout": make_features(12, seed=1)}
    given[where] = make_features(12, partition=partition)
    with pytest.raises(CorpusError, match=f"train only; found trials of {partition}"):
        fit(RECIPE, **given, seed=0, cpu=True)


@pytest.mark.parametrize("partition", ["dev", "eval"])
def test_one_foreign_trial_is_enough(make_features, partition):
    features = make_features()
    features.trials.loc[7, "partition"] = partition
    with pytest.raises(CorpusError, match=partition):
        fit(RECIPE, features, make_features(12, seed=1), seed=0, cpu=True)


@pytest.mark.parametrize("label", ["bonafide", "spoof"])
@pytest.mark.parametrize("where", ["fitted", "holdout"])
def test_one_class(make_features, label, where):
    given = {"fitted": make_features(), "holdout": make_features(12, seed=1)}
    only = (given[where].trials["label"] == label).to_numpy()
    given[where] = given[where].subset(only)
    with pytest.raises(CorpusError, match=f"needs both classes; found {label}"):
        fit(RECIPE, **given, seed=0, cpu=True)


# 3


def test_learns(make_features):
    config = TrainConfig.for_model("cnn", epochs=4, batch_size=8)
    result = trained(make_features, config)
    assert result.history["loss"].iloc[-1] < result.history["loss"].iloc[0] / 2
    unseen = make_features(30, seed=5)
    scores = score(result.model, unseen, device=CPU)["score"]
    assert metrics.eer(scores, unseen.labels) < 0.1


def test_history(make_features):
    rows = []
    result = trained(make_features, progress=rows.append)
    assert list(result.history.columns) == [
        "epoch",
        "loss",
        "val_loss",
        "val_macro_f1",
        "val_spoof_rate",
        "lr",
        "seconds",
    ]
    assert result.history["epoch"].tolist() == [0, 1]
    assert result.history.to_dict("records") == rows
    assert (result.history["seconds"] > 0).all()


def hard(make_features):
    """Held-out clips whose labels cannot be learned from the fitted ones."""
    holdout = make_features(12, seed=1)
    labels = holdout.trials["label"].sample(frac=1, random_state=4).tolist()
    return FeatureSet(holdout.trials.assign(label=labels), holdout.array, holdout.rows)


def test_best_epoch_is_kept(make_features):
    config = TrainConfig.for_model("cnn", epochs=5, batch_size=8)
    holdout = hard(make_features)
    result = fit(config, make_features(), holdout, seed=0, cpu=True)
    ranked = result.history.sort_values(
        ["val_macro_f1", "val_loss"], ascending=[False, True]
    )
    assert result.best_epoch == ranked["epoch"].iloc[0]
    assert result.best_epoch < 4  # else the last one would do as well
    assert_judged_as(result, holdout, result.best_epoch)
    assert not result.model.training


def test_last_epoch_is_kept(make_features):
    config = TrainConfig.for_model("cnn", epochs=5, batch_size=8, checkpoint="last")
    holdout = hard(make_features)
    result = fit(config, make_features(), holdout, seed=0, cpu=True)
    assert result.best_epoch == 4
    assert_judged_as(result, holdout, 4)


def assert_judged_as(result, holdout, epoch):
    """The model scores the held-out clips as the history says of an epoch."""
    scores = torch.tensor(score(result.model, holdout, device=CPU)["score"].to_numpy())
    labels = torch.from_numpy(holdout.labels).float()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)
    row = result.history.loc[epoch]
    assert loss.item() == pytest.approx(row["val_loss"], rel=1e-4)
    assert row["val_macro_f1"] == metrics.macro_f1(scores.numpy(), holdout.labels)
    assert row["val_spoof_rate"] == np.mean(scores.numpy() <= 0)


# 4


def test_same_seed_same_scores(make_features):
    one, two = (trained(make_features) for _ in range(2))
    assert_same(one, two)
    unseen = make_features(9, seed=7)
    assert score(one.model, unseen).equals(score(two.model, unseen))


def test_other_seed_other_scores(make_features):
    one, two = (trained(make_features, seed=seed) for seed in (0, 1))
    assert not torch.equal(weights(one), weights(two))


def test_order_of_data_is_the_seeds(make_features, monkeypatch):
    """Every epoch sees every clip once, in an order of its own."""
    seen = []
    step = TrainStep.step

    def note(self, x, batch):
        seen.append(batch.tolist())
        return step(self, x, batch)

    monkeypatch.setattr(TrainStep, "step", note)
    trained(make_features)
    assert [len(batch) for batch in seen] == [8] * 6
    epochs = [list(chain(*batches)) for batches in (seen[:3], seen[3:])]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(24))
    assert epochs[0] != epochs[1]


def test_last_batch_may_be_small(make_features):
    config = TrainConfig.for_model("cnn", epochs=1, batch_size=23)
    fitted = trained(make_features, config)
    assert np.isfinite(fitted.history["loss"]).all()


# 5


class Cut(BaseException):
    """A session that ends, which no handler of errors may stop."""


def cut_at(monkeypatch, last):
    """End before a step; three make an epoch."""
    step, steps = TrainStep.step, count()

    def take(self, x, batch):
        if next(steps) == last:
            raise Cut
        return step(self, x, batch)

    monkeypatch.setattr(TrainStep, "step", take)


CLIPPED = TrainConfig.for_model(
    "cnn",
    epochs=3,
    batch_size=8,
    schedule="cosine",
    grad_clip_norm=1.0,
    weight_decay=1e-3,
)


@pytest.fixture(scope="module")
def uncut():
    return {}


def expected(uncut, make_features):
    if not uncut:
        uncut["result"] = trained(make_features, CLIPPED)
    return uncut["result"]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 8])
def test_cut_within_an_epoch(make_features, tmp_path, monkeypatch, step, uncut):
    file = tmp_path / "checkpoint.pt"
    with monkeypatch.context() as patch, pytest.raises(Cut):
        cut_at(patch, step)
        trained(make_features, CLIPPED, checkpoint=file, save_seconds=0)
    torch.manual_seed(99)  # another process, another state
    went_on = trained(make_features, CLIPPED, checkpoint=file, save_seconds=0)
    assert_same(went_on, expected(uncut, make_features))


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_cut_between_epochs(make_features, tmp_path, epoch, uncut):
    file = tmp_path / "checkpoint.pt"

    def end(row):
        if row["epoch"] == epoch:
            raise Cut

    with pytest.raises(Cut):
        trained(make_features, CLIPPED, checkpoint=file, save_seconds=0, progress=end)
    told = []
    went_on = trained(
        make_features, CLIPPED, checkpoint=file, save_seconds=0, progress=told.append
    )
    assert [row["epoch"] for row in told] == list(range(epoch + 1, 3))
    assert_same(went_on, expected(uncut, make_features))


def test_cut_twice(make_features, tmp_path, monkeypatch, uncut):
    file = tmp_path / "checkpoint.pt"
    for step in (2, 5):
        with monkeypatch.context() as patch, pytest.raises(Cut):
            cut_at(patch, step)
            trained(make_features, CLIPPED, checkpoint=file, save_seconds=0)
    went_on = trained(make_features, CLIPPED, checkpoint=file, save_seconds=0)
    assert_same(went_on, expected(uncut, make_features))


def test_finished_fit_is_not_trained_again(make_features, tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    one = trained(make_features, checkpoint=file, save_seconds=0)
    cut_at(monkeypatch, 0)
    assert_same(one, trained(make_features, checkpoint=file, save_seconds=0))


def test_every_end_of_an_epoch_is_saved(make_features, tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    monkeypatch.setattr(checkpoint, "SHARE", 1e9)
    for step in (2, 4, 7):  # in the first, second and third epoch
        with monkeypatch.context() as patch, pytest.raises(Cut):
            cut_at(patch, step)
            trained(make_features, CLIPPED, checkpoint=file, save_seconds=1000)
        there = load_checkpoint(file)["course"]["epoch"] if file.exists() else 0
        assert there == step // 3
        file.unlink(missing_ok=True)


def test_a_fit_that_is_told_to_end_is_saved(make_features, tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    monkeypatch.setattr(checkpoint, "SHARE", 1e-9)  # too dear to be due
    ended = []

    def end(row):
        ended.append(row["epoch"])
        if row["epoch"] == 1:
            raise Cut

    with pytest.raises(Cut):
        trained(make_features, checkpoint=file, save_seconds=1000, progress=end)
    assert load_checkpoint(file)["course"]["epoch"] == len(ended) == 2


@pytest.mark.parametrize(
    ("since", "cost", "within", "at_the_end"),
    [
        (59, 0.1, False, True),
        (61, 0.1, True, True),
        (61, 4, False, False),  # a slow disk, a twentieth of the time
        (81, 4, True, True),
        (1, 0.1, False, False),  # a short epoch
    ],
)
def test_saving_takes_little_time(
    tmp_path, monkeypatch, since, cost, within, at_the_end
):
    now = [100.0]

    def slowly(path, state):
        now[0] += cost

    monkeypatch.setattr(checkpoint, "save_checkpoint", slowly)
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now[0])
    saver = Saver(tmp_path / "checkpoint.pt", 60)
    saver.save({})
    now[0] += since
    assert saver.is_due(epoch_ended=False) == within
    assert saver.is_due(epoch_ended=True) == at_the_end
    assert not Saver(None, 0).is_due(epoch_ended=True)


def test_seconds_of_all_sessions_count(make_features, tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    ticks = count(start=0, step=50)  # every look at this clock is 50 s later
    with monkeypatch.context() as patch, pytest.raises(Cut):
        cut_at(patch, 2)
        patch.setattr(course, "time", SimpleNamespace(perf_counter=ticks.__next__))
        trained(make_features, CLIPPED, checkpoint=file, save_seconds=0)
    went_on = trained(make_features, CLIPPED, checkpoint=file, save_seconds=0)
    assert went_on.earlier_seconds >= 100
    assert went_on.history["seconds"][0] >= 100
    assert (went_on.history["seconds"][1:] < 100).all()


@pytest.mark.parametrize("other", [{"seed": 1}, {"config": CLIPPED}, {"clips": 21}])
def test_checkpoint_of_another_fit(make_features, tmp_path, other):
    file = tmp_path / "checkpoint.pt"
    trained(make_features, checkpoint=file)
    config = other.get("config", RECIPE)
    part = make_features(other.get("clips", 24))
    with pytest.raises(RunError, match=r"checkpoint\.pt is of another config, seed"):
        fit(
            config,
            part,
            make_features(12, seed=1),
            seed=other.get("seed", 0),
            checkpoint=file,
            cpu=True,
        )


# 6


def test_garbage(make_features, tmp_path):
    file = tmp_path / "checkpoint.pt"
    for content in (b"", b"no checkpoint", b"PK\x03\x04 half a zip"):
        file.write_bytes(content)
        with pytest.raises(RunError, match=r"checkpoint\.pt"):
            trained(make_features, checkpoint=file)


class Harm:
    """What a stranger's pickle may hold."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_checkpoint_runs_no_code(make_features, tmp_path):
    file, harmed = tmp_path / "checkpoint.pt", tmp_path / "harmed"
    torch.save({"state": Harm(harmed)}, file)
    with pytest.raises(RunError):
        trained(make_features, checkpoint=file)
    assert not harmed.exists()


def test_checkpoint_round_trip(tmp_path):
    file = tmp_path / "new folder" / "checkpoint.pt"
    assert load_checkpoint(file) is None
    save_checkpoint(file, {"a": torch.arange(3), "b": [1, {"c": None}]})
    read = load_checkpoint(file)
    assert torch.equal(read["a"], torch.arange(3))
    assert read["b"] == [1, {"c": None}]
    assert [path.name for path in file.parent.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize("error", [RuntimeError("enforce fail"), OSError(28, "full")])
def test_full_disk(tmp_path, monkeypatch, error):
    file = tmp_path / "checkpoint.pt"
    save_checkpoint(file, {"a": 1})

    def half_written(_state, stream):
        stream.write(b"half")
        raise error

    monkeypatch.setattr(torch, "save", half_written)
    with pytest.raises(DiskError, match=r"checkpoint\.pt cannot be written; \d+ MiB"):
        save_checkpoint(file, {"a": 2})
    assert load_checkpoint(file) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_random_states():
    states = random_states(CPU)
    drawn = torch.rand(3)
    restore_random_states(states, CPU)
    assert torch.equal(torch.rand(3), drawn)


def test_random_states_of_a_gpu_on_the_cpu():
    states = random_states(CPU)
    drawn = torch.rand(3)
    restore_random_states({**states, "cuda": [states["cpu"]]}, CPU)
    assert torch.equal(torch.rand(3), drawn)


# 7


def test_class_weights(make_features):
    balanced = TrainConfig.for_model(
        "cnn", epochs=1, batch_size=24, class_weights="balanced"
    )
    plain = TrainConfig.for_model("cnn", epochs=1, batch_size=24)
    one, two = (trained(make_features, r).history["loss"][0] for r in (balanced, plain))
    assert one != two


def test_class_weights_are_inverse_to_the_counts(make_features, monkeypatch):
    given = []
    loss = torch.nn.CrossEntropyLoss

    def note(weight=None):
        given.append(weight)
        return loss(weight=weight)

    monkeypatch.setattr(torch.nn, "CrossEntropyLoss", note)
    trained(
        make_features, TrainConfig.for_model("cnn", epochs=1, class_weights="balanced")
    )
    spoof, bonafide = given[0].tolist()
    assert spoof * 16 == pytest.approx(bonafide * 8)  # 16 spoof, 8 bona fide
    assert spoof * 16 + bonafide * 8 == pytest.approx(24)


def test_schedules(make_features):
    for schedule in ("constant", "cosine"):
        config = TrainConfig.for_model(
            "cnn", epochs=3, batch_size=8, lr=0.01, schedule=schedule
        )
        rates = trained(make_features, config).history["lr"].tolist()
        if schedule == "constant":
            assert rates == [0.01] * 3
        else:
            assert all(before > after for before, after in pairwise([0.01, *rates]))
            assert rates[0] == pytest.approx(0.0075)
            assert rates[-1] < 1e-6


def test_warmup(make_features):
    rates = []
    for schedule in ("constant", "cosine"):
        settings = {"epochs": 4, "batch_size": 8, "lr": 0.01, "schedule": schedule}
        config = TrainConfig.for_model("cnn", warmup_epochs=2, **settings)
        rates.append(trained(make_features, config).history["lr"].tolist())
    for first, second, *_ in rates:
        assert first == pytest.approx(0.005, rel=0.01)  # half of the way up
        assert second == pytest.approx(0.01)
    assert rates[0][2:] == pytest.approx([0.01, 0.01])
    assert rates[1][2] == pytest.approx(0.005)  # half of the way down
    assert rates[1][3] < 1e-6


def test_log(make_features, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    file, log = tmp_path / "checkpoint.pt", tmp_path / "log"

    def end(row):
        raise Cut

    with pytest.raises(Cut):
        trained(make_features, log=log, progress=end)
    result = trained(make_features, checkpoint=file, log=log)
    read = EventAccumulator(str(log)).Reload()
    assert set(read.Tags()["scalars"]) == set(result.history.columns) - {"epoch"}
    noted = read.Scalars("val_loss")
    assert [event.step for event in noted] == [0, 1]
    assert [event.value for event in noted] == pytest.approx(
        result.history["val_loss"].tolist()
    )


def test_log_needs_its_package(make_features, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ParameterError, match=r"log needs the package tensorboard"):
        trained(make_features, log=tmp_path / "log")


def test_compiled(make_features, monkeypatch):
    """The same training through torch.compile; its generator of code is left out."""
    compile_it, seen = torch.nn.Module.compile, []

    def trace(self, **settings):
        seen.append(settings)
        compile_it(self, backend="eager", **settings)

    config = TrainConfig.for_model("cnn", epochs=1, batch_size=16)
    plain = trained(make_features, config)
    monkeypatch.setattr(torch.nn.Module, "compile", trace)
    result = trained(make_features, config, compiled=True)
    assert len(seen) == 1
    assert list(state(result)) == list(state(plain))
    loss, expected = (r.history["loss"][0] for r in (result, plain))
    assert loss == pytest.approx(expected, rel=1e-3)


def test_signs_of_life(make_features, monkeypatch):
    monkeypatch.setattr(importlib.import_module(loop.__module__), "TICK_SECONDS", -1)
    told = []
    trained(make_features, tick=told.append)
    assert [(x["epoch"], x["step"], x["steps"]) for x in told] == [
        (epoch, step, 3) for epoch in (0, 1) for step in (1, 2)
    ]


def test_patience(make_features):
    config = TrainConfig.for_model("cnn", epochs=30, batch_size=24, patience=2)
    result = fit(config, make_features(), hard(make_features), seed=0, cpu=True)
    assert len(result.history) < 30
    assert len(result.history) == result.best_epoch + 1 + 2


def test_gradient_norm_and_weight_decay_count(make_features):
    plain = weights(trained(make_features))
    for settings in ({"grad_clip_norm": 1e-3}, {"weight_decay": 0.5}):
        config = TrainConfig.for_model("cnn", epochs=2, batch_size=8, **settings)
        assert not torch.equal(weights(trained(make_features, config)), plain)


def test_bf16(make_features):
    config = TrainConfig.for_model("cnn", epochs=2, batch_size=8, precision="bf16")
    result = trained(make_features, config)
    plain = trained(make_features)
    assert not torch.equal(weights(result), weights(plain))
    assert {value.dtype for value in state(result).values()} <= {
        torch.float32,
        torch.int64,  # batches counted
    }
    scores = score(result.model, make_features(12, seed=1), device=CPU)["score"]
    assert scores.dtype == np.float32
    # Rounded to bfloat16 they would be equal to themselves rounded.
    rounded = torch.tensor(scores.to_numpy()).bfloat16().float().numpy()
    assert (scores != rounded).any()


def test_precisions_follow_one_another(make_features):
    bf16 = TrainConfig.for_model("cnn", epochs=1, precision="bf16")
    fp32 = TrainConfig.for_model("cnn", epochs=1)
    before = trained(make_features, fp32)
    trained(make_features, bf16)
    assert_same(trained(make_features, fp32), before)


def test_fp16_needs_a_gpu(make_features):
    config = TrainConfig.for_model("cnn", epochs=1, precision="fp16")
    with pytest.raises(ParameterError, match="needs a GPU; accepted here: fp32, bf16"):
        trained(make_features, config)
