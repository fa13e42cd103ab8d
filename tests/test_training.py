"""Contracts of training.

Validation speakers:
1. Among the groups within 1.5 times their proportional share, the one whose rarer
   class is largest; no speaker on both sides, both classes on both sides; where that is
   impossible, a CorpusError. In the real subset the speakers with most trials stay in
   training. Of the rest, the seed draws as many clips of a class as are asked for.
Fitting:
2. Only trials of train are used; both sets need both classes.
3. A learnable problem is learned. The losses are those of a plain loop. The kept
   weights are those of the best epoch, by macro-F1 on the validation speakers, then by
   loss; or those of the last one.
4. Same seed, same weights; another seed, others. Trainings do not influence each other.
5. A training that is interrupted after an epoch resumes with the weights and history of
   one that was not. A finished one is not trained again.
6. A checkpoint that is damaged, of another training, or that would run code, is a
   RunError and runs nothing; a full disk is a DiskError that leaves the old checkpoint.
7. Settings do what they say. Models and scores stay float32. What a machine cannot do
   is a ParameterError. A loss that is not finite ends training at once.
Callbacks:
8. They see every epoch; progress lines and the time limit.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from antispoof import metrics, models, platforms
from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.errors import (
    CorpusError,
    DiskError,
    ParameterError,
    RunError,
    TimeLimitError,
    TrainingError,
)
from antispoof.frontends import FeatureSet
from antispoof.scoring.partition import score_partition
from antispoof.training import (
    TimeLimit,
    draw_clips,
    fit,
    log_epoch,
    split_validation,
)
from antispoof.training.checkpoint import load_checkpoint, save_checkpoint
from antispoof.training.loop import _order
from antispoof.training.validation import choose_val_speakers

CONFIG = TrainConfig.for_model("cnn", epochs=2, batch_size=8)
CPU = torch.device("cpu")
SUBSET = "corpora/asvspoof2019-la-subset/LA"


def trials(**counts):
    """Trials of speakers; counts[name] = (bona fide, spoof)."""
    rows = []
    for name, (bonafide, spoof) in counts.items():
        rows += [(name, "bonafide")] * bonafide + [(name, "spoof")] * spoof
    return pd.DataFrame(rows, columns=["speaker", "label"])


@pytest.fixture
def train(make_features):
    """Train on 24 clips and validate on 12."""

    def start(config=CONFIG, *, seed=0, val_set=None, **settings):
        val_set = make_features(12, seed=1) if val_set is None else val_set
        return fit(config, make_features(24), val_set, seed=seed, cpu=True, **settings)

    return start


def state(result):
    return result.model.state_dict()


def assert_same(one, other):
    assert one.best_epoch == other.best_epoch
    assert all(torch.equal(state(one)[n], state(other)[n]) for n in state(one))
    first, second = (x.history.drop(columns="seconds") for x in (one, other))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def differ(one, other):
    return any(not torch.equal(state(one)[n], state(other)[n]) for n in state(one))


# 1


def test_choice_of_validation_speakers():
    # Of 4 speakers 2 may have 3/4 of a class. "d" has most of the bona fide trials.
    speakers = trials(a=(2, 4), b=(3, 4), c=(2, 4), d=(20, 4))
    shuffled = speakers.sample(frac=1, random_state=1)
    # a and b are the largest group within its share, and have all bona fide trials.
    both_stay = trials(a=(5, 5), b=(5, 5), c=(0, 10))
    # Only "b" and "c" have bona fide trials, and each has half of them: too much.
    none_fits = trials(a=(0, 40), b=(4, 1), c=(4, 1), d=(0, 1), e=(0, 1))
    for table, n, chosen in (
        *((speakers, 2, ("a", "b")), (speakers, 1, ("b",)), (shuffled, 2, ("a", "b"))),
        *((both_stay, 2, ("a", "c")), (none_fits, 1, ("b",))),
    ):
        assert choose_val_speakers(table, n) == chosen  # of equals the first


def test_split(make_features):
    features = make_features(24)
    train_set, val_set = split_validation(features, 2)
    assert len(train_set) + len(val_set) == 24
    assert val_set.trials["speaker"].nunique() == 2
    assert set(train_set.trials["speaker"]).isdisjoint(val_set.trials["speaker"])
    assert set(train_set.labels) == set(val_set.labels) == {0, 1}
    is_val = features.trials["utt_id"].isin(val_set.trials["utt_id"]).to_numpy()
    assert torch.equal(val_set.read(), features.read(is_val))


def test_validation_speakers_of_the_real_subset(shared):
    train = open_corpus(shared(SUBSET)).partition("train")
    is_val = train["speaker"].isin(choose_val_speakers(train))
    assert train[is_val]["speaker"].nunique() == 2
    assert set(train[is_val]["label"]) == set(train[~is_val]["label"])
    assert {"LA_0079", "LA_0093"} <= set(train[~is_val]["speaker"])
    assert is_val.mean() < 0.2


def test_validation_where_no_speaker_is_known_or_very_many_are():
    names = [f"u{n:04}" for n in range(3_000)]
    table = pd.DataFrame({"speaker": names, "label": "spoof"})
    table.loc[::9, "label"] = "bonafide"
    chosen = table[table["speaker"].isin(choose_val_speakers(table))]
    assert chosen["label"].value_counts().to_dict() == {"spoof": 266, "bonafide": 33}
    twice = pd.concat([table, table])
    chosen = twice[twice["speaker"].isin(choose_val_speakers(twice))]
    assert set(chosen["label"]) == {"spoof", "bonafide"}


def test_impossible_split():
    one_class = {"a": (3, 0), "b": (2, 0), "c": (4, 0)}
    one_speaker_has_it = {"a": (9, 0), "b": (0, 9), "c": (0, 9)}
    for speakers, n in ((one_class, 2), ({"a": (3, 3)}, 2), (one_speaker_has_it, 1)):
        with pytest.raises(CorpusError, match=f"^no {n} of train's {len(speakers)} sp"):
            choose_val_speakers(trials(**speakers), n)


def test_drawn_clips(make_features):
    features = make_features(24)
    settings = {"n_bonafide": 3, "n_spoof": 5}
    config = TrainConfig.for_model("cnn", **settings)
    first, again, other = (draw_clips(features, config, seed) for seed in (0, 0, 1))
    assert first.labels.sum() == 3 and len(first) == 8
    assert first.trials.equals(again.trials)
    assert not first.trials.equals(other.trials)
    assert draw_clips(features, TrainConfig.for_model("cnn"), 0) is features
    with pytest.raises(
        ParameterError, match="n_spoof=99; accepted: up to 16, the spoof"
    ):
        draw_clips(features, replace(config, n_spoof=99), 0)


# 2


@pytest.mark.parametrize("name", ["train_set", "val_set"])
def test_sets(make_features, name):
    given = {"train_set": make_features(), "val_set": make_features(12, seed=1)}
    spoof = given[name].subset(given[name].labels == 0)
    with pytest.raises(CorpusError, match="needs both classes; found spoof"):
        fit(CONFIG, **{**given, name: spoof}, seed=0, cpu=True)
    given[name].trials.loc[7, "partition"] = "eval"
    with pytest.raises(CorpusError, match="partition train; found eval"):
        fit(CONFIG, **given, seed=0, cpu=True)


# 3


def test_learns(train, make_features):
    result = train(replace(CONFIG, epochs=4))
    assert result.history["loss"].iloc[-1] < result.history["loss"].iloc[0] / 2
    unseen = make_features(30, seed=5)
    scores = score_partition(result.model, unseen, device=CPU)["score"]
    assert metrics.eer(scores, unseen.labels) < 0.1


def test_plain_loop(train, make_features):
    """The losses of a loop as a textbook writes it."""
    result = train(replace(CONFIG, class_weights="balanced", weight_decay=0.01))
    features = make_features(24)
    torch.manual_seed(0)
    model = models.build("cnn")
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)
    weight = torch.tensor([24 / (2 * 16), 24 / (2 * 8)])  # 16 spoof, 8 bona fide
    for epoch, expected in enumerate(result.history["loss"]):
        losses = []
        for rows in np.random.default_rng([0, epoch]).permutation(24).reshape(3, 8):
            y = torch.from_numpy(features.labels[rows])
            logits = model.train()(features.read(rows))
            loss = nn.functional.cross_entropy(logits, y, weight=weight)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert np.mean(losses) == pytest.approx(expected, rel=1e-4)


def test_each_source_and_class_is_drawn_equally_often(make_features):
    trials = make_features(24).trials.assign(source=["a"] * 12 + ["b"] * 12)
    trials.loc[trials["source"] == "b", "label"] = "spoof"  # three groups in all
    features = FeatureSet(trials, np.empty(0), np.arange(24))
    config = replace(CONFIG, class_weights="sources")
    drawn = trials.iloc[[i for k in range(50) for i in _order(config, features, [k])]]
    shares = drawn.groupby(["source", "label"]).size() / len(drawn)
    assert shares.to_numpy() == pytest.approx([1 / 3] * 3, abs=0.05)


@pytest.fixture
def hard(make_features):
    """Validation clips whose labels cannot be learned from the training clips."""
    val_set = make_features(12, seed=1)
    labels = val_set.trials["label"].sample(frac=1, random_state=4).tolist()
    return FeatureSet(val_set.trials.assign(label=labels), val_set.array, val_set.rows)


@pytest.mark.parametrize("keep", ["best", "last"])
def test_kept_epoch(train, hard, keep):
    config = replace(CONFIG, epochs=5, keep_checkpoint=keep)
    result = train(config, val_set=hard)
    history = result.history.assign(worst=-result.history["val_macro_f1"])
    best = history.sort_values(["worst", "val_loss"])["epoch"].iloc[0]
    assert best < 4  # otherwise the two rules agree
    assert result.best_epoch == (best if keep == "best" else 4)
    # The kept weights give the numbers of that row.
    scores = score_partition(result.model, hard, device=CPU)["score"].to_numpy()
    loss = np.logaddexp(0, np.where(hard.labels, -scores, scores)).mean()
    row = result.history.loc[result.best_epoch]
    assert loss == pytest.approx(row["val_loss"], rel=1e-4)
    assert row["val_macro_f1"] == metrics.macro_f1(scores, hard.labels)
    assert row["val_spoof_rate"] == np.mean(scores <= 0)
    assert not result.model.training


# 4


def test_seeds(train):
    note = Note()
    first = train(callbacks=[note])
    assert first.history.to_dict("records") == note.rows  # 8
    assert differ(first, train(seed=1))
    assert_same(first, train())


# 5


class Note:
    """Keeps what it is called with; may stop after an epoch, as a session does."""

    def __init__(self, *, stop=None):
        self.rows, self.stop = [], stop

    def __call__(self, row):
        self.rows.append(row)
        if row["epoch"] == self.stop:
            raise KeyboardInterrupt


LONG = replace(CONFIG, epochs=3, schedule="cosine", grad_clip_norm=1.0)
LONG = replace(LONG, weight_decay=1e-3)


def test_resumes_exactly(train, tmp_path):
    file = tmp_path / "checkpoint.pt"
    for epoch in (0, 1):  # interrupted twice
        with pytest.raises(KeyboardInterrupt):
            train(LONG, checkpoint=file, callbacks=[Note(stop=epoch)])
        torch.manual_seed(99)  # another process, another state
    note = Note()
    resumed = train(LONG, checkpoint=file, callbacks=[note])
    assert [row["epoch"] for row in note.rows] == [2]
    assert_same(resumed, train(LONG))
    note = Note()
    assert_same(resumed, train(LONG, checkpoint=file, callbacks=[note]))
    assert note.rows == []  # not trained again


@pytest.mark.parametrize(
    ("config", "n", "seed"), [(LONG, 24, 0), (CONFIG, 21, 0), (CONFIG, 24, 1)]
)
def test_checkpoint_of_another_training(
    train, make_features, tmp_path, config, n, seed
):
    file = tmp_path / "checkpoint.pt"
    train(checkpoint=file)
    sets = make_features(n), make_features(12, seed=1)
    with pytest.raises(RunError, match=r"checkpoint\.pt is of another config"):
        fit(config, *sets, seed=seed, checkpoint=file, cpu=True)


# 6


def test_damaged_checkpoint(train, tmp_path):
    file = tmp_path / "checkpoint.pt"
    for content in (b"", b"no checkpoint", b"PK\x03\x04 half a zip"):
        file.write_bytes(content)
        with pytest.raises(RunError, match=r"checkpoint\.pt is not a checkpoint"):
            train(checkpoint=file)


def test_checkpoint_runs_no_code(train, tmp_path):
    file, harmed = tmp_path / "checkpoint.pt", tmp_path / "harmed"

    class Harm:
        def __reduce__(self):
            return Path.touch, (harmed,)

    torch.save({"state": Harm()}, file)
    with pytest.raises(RunError):
        train(checkpoint=file)
    assert not harmed.exists()


@pytest.mark.parametrize("error", [RuntimeError("enforce fail"), OSError(28, "full")])
def test_full_disk(tmp_path, monkeypatch, error):
    file = tmp_path / "checkpoint.pt"
    save_checkpoint(file, {"a": 1}, CPU)

    def write_half(_state, path):
        Path(path).write_bytes(b"half")
        raise error

    monkeypatch.setattr(torch, "save", write_half)
    with pytest.raises(DiskError, match=r"checkpoint\.pt"):
        save_checkpoint(file, {"a": 2}, CPU)
    assert load_checkpoint(file, CPU) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


# 7


def test_loss_that_is_not_finite(train, make_features, tmp_path):
    file, note = tmp_path / "checkpoint.pt", Note()
    broken, val_set = make_features(24), make_features(12, seed=1)
    broken.array[5] = np.inf
    settings = {"checkpoint": file, "callbacks": [note], "cpu": True}
    with pytest.raises(TrainingError, match="cnn diverged in epoch 1: the loss is nan"):
        fit(replace(CONFIG, epochs=99), broken, val_set, seed=0, **settings)
    assert note.rows == []
    assert not file.exists()
    one_step = replace(CONFIG, lr=1e8, batch_size=10**6)  # its loss is still finite
    with pytest.raises(TrainingError, match=r"epoch 1: the largest output .*lr=1e\+08"):
        fit(one_step, make_features(24), val_set, seed=0, **settings)


def test_learning_rate(train):
    for schedule, warmup_epochs, expected in (
        ("constant", 0, [1, 1, 1, 1]),
        ("constant", 2, [0.5005, 1, 1, 1]),  # linear, from a thousandth
        ("cosine", 0, [0.8536, 0.5, 0.1464, 0]),
        ("cosine", 2, [0.5005, 1, 0.5, 0]),
    ):
        settings = {"lr": 0.01, "schedule": schedule, "warmup_epochs": warmup_epochs}
        rates = train(replace(CONFIG, epochs=4, **settings)).history["lr"]
        assert (100 * rates).tolist() == pytest.approx(expected, abs=1e-4)


def test_patience(train, hard):
    config = replace(CONFIG, epochs=30, batch_size=24, patience=2)
    result = train(config, val_set=hard)
    assert len(result.history) == result.best_epoch + 1 + 2 < 30


def test_bf16(train, make_features):
    before = train()
    result = train(replace(CONFIG, precision="bf16"))
    dtypes = {value.dtype for value in state(result).values()}
    assert dtypes == {torch.float32, torch.int64}  # weights, batches counted
    scores = score_partition(result.model, make_features(12, seed=1), device=CPU)
    rounded = torch.tensor(scores["score"].to_numpy()).bfloat16().float().numpy()
    assert (scores["score"] != rounded).any()
    assert_same(train(), before)  # the next training is in float32 again


def test_fp16_needs_a_gpu(train):
    with pytest.raises(ParameterError, match="needs a GPU; accepted here: fp32, bf16"):
        train(replace(CONFIG, precision="fp16"))


# 8


ROW = {"epoch": 0, "loss": 0.5, "val_macro_f1": 0.75, "seconds": 100.0}


def test_progress_line():
    lines = []
    log_epoch(lines.append, 20, ROW)
    assert lines == ["epoch 1/20: loss 0.5000, validation macro-F1 0.750, 100.0 s"]


@pytest.mark.parametrize(("epoch", "enough"), [(0, [None, 401]), (1, [None, 301])])
def test_time_limit(monkeypatch, epoch, enough):
    """Another epoch of 100 s and a reserve of 300 s; the last one needs the reserve."""
    row = {**ROW, "epoch": epoch}
    for left in enough:
        monkeypatch.setattr(platforms, "seconds_left", lambda left=left: left)
        TimeLimit(n_epochs=2)(row)
    monkeypatch.setattr(platforms, "seconds_left", lambda: enough[1] - 2)
    with pytest.raises(TimeLimitError, match=f"stopped after epoch {epoch + 1}"):
        TimeLimit(n_epochs=2)(row)
