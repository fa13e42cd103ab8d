"""Contracts of scoring that is cut off or shared.

1. A scoring that was cut off anywhere goes on, and ends with the scores of one that was
   not, to the last bit; what was whole is not computed again.
2. Nothing is taken from a file of another model, other trials or other features, nor
   anything that is torn or altered.
3. Shards are contiguous, cover every trial once, and score as the whole does, to the
   last bit.
4. Merging gives the protocol's order whatever the order of the shards; a missing, an
   overlapping or a foreign shard, and one of another partition, is a ScoreError that
   names a trial and a file.
5. Batches come the same whether features are resident or read ahead; what fails while
   reading ahead is not lost.
"""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from antispoof.data import Batches
from antispoof.errors import ScoreError
from antispoof.frontends import FeatureSet
from antispoof.scoring import merge_scores, partition, score, shard, write_scores

CPU = torch.device("cpu")


class Counting(nn.Module):
    """Scores a clip by its mean and counts batches; ends before one if told."""

    def __init__(self, end=None):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([0.25, 1.0]))
        self.end, self.n = end, 0

    def forward(self, x):
        if self.n == self.end:
            raise KeyboardInterrupt
        self.n += 1
        return x.mean((1, 2, 3))[:, None] * self.scale


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Batches of 4, blocks of 8: 30 clips are 8 batches in 4 blocks."""
    monkeypatch.setattr(partition, "BATCH", 4)
    monkeypatch.setattr(partition, "BLOCK", 8)


def scored(features, file, *, end=None):
    model = Counting(end)
    return score(model, features, device=CPU, partial=file), model.n


# 1


@pytest.mark.parametrize(("end", "saved"), [(0, 0), (1, 0), (2, 2), (5, 4), (7, 6)])
def test_cut(make_features, tmp_path, end, saved):
    features, file = make_features(30), tmp_path / "new" / "scores.partial"
    whole, n = scored(features, None)
    assert n == 8
    with pytest.raises(KeyboardInterrupt):
        scored(features, file, end=end)
    went_on, n = scored(features, file)
    assert went_on.equals(whole)
    assert n == 8 - saved
    again, n = scored(features, file)
    assert again.equals(whole)
    assert n == 0


def test_progress(make_features):
    told = []
    score(
        Counting(),
        make_features(30),
        device=CPU,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(8, 30), (16, 30), (24, 30), (30, 30)]


# 2


@pytest.mark.parametrize("place", [-1, -10, 90])
def test_altered(make_features, tmp_path, place):
    features, file = make_features(30), tmp_path / "scores.partial"
    whole, _ = scored(features, file)
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    found, n = scored(features, file)
    assert found.equals(whole)
    assert n > 0


@pytest.mark.parametrize("length", [0, 10, 74, 80, 150, 250])
def test_torn(make_features, tmp_path, length):
    features, file = make_features(30), tmp_path / "scores.partial"
    whole, _ = scored(features, file)
    content = file.read_bytes()
    file.write_bytes(content[:length])
    found, _ = scored(features, file)
    assert found.equals(whole)
    assert file.read_bytes() == content


def test_something_else(make_features, tmp_path):
    file = tmp_path / "scores.partial"
    features = make_features(30)
    scored(features, file)
    other_clips = make_features(30, seed=3)
    renamed = features.trials.assign(utt_id=[f"x{i}" for i in range(30)])
    same_names = FeatureSet(features.trials, other_clips.array, features.rows)
    for other in (FeatureSet(renamed, features.array, features.rows), same_names):
        found, n = scored(other, file)
        assert n == 8
        assert found.equals(scored(other, None)[0])
    model = Counting()
    with torch.no_grad():
        model.scale += 1
    score(model, same_names, device=CPU, partial=file)
    assert model.n == 8


# 3


@pytest.mark.parametrize("parts", [1, 2, 3, 8, 11])
def test_shards(make_features, parts):
    features = make_features(30)
    torch.manual_seed(0)
    shards = [shard(features, part, parts) for part in range(1, parts + 1)]
    scores = [score(Counting(), part, device=CPU) for part in shards]
    whole = score(Counting(), features, device=CPU)
    assert pd.concat(scores, ignore_index=True).equals(whole)
    assert max(map(len, shards)) <= -(-8 // parts) * 4


# 4


@pytest.fixture
def files(make_features, tmp_path):
    """Score files of three shards, and the protocol."""
    features = make_features(30)
    paths = []
    for part in (1, 2, 3):
        paths.append(tmp_path / f"scores-{part}-of-3.txt")
        write_scores(paths[-1], score(Counting(), shard(features, part, 3), device=CPU))
    return paths, features


def test_merged(files):
    (one, two, three), features = files
    whole = score(Counting(), features, device=CPU)
    turned = features.trials.iloc[::-1].reset_index(drop=True)
    for order in ((one, two, three), (three, one, two)):
        merged = merge_scores(order, features.trials)
        assert merged["utt_id"].tolist() == whole["utt_id"].tolist()
        assert merged["attack"].tolist() == whole["attack"].tolist()
        assert merged["score"].tolist() == whole["score"].tolist()
        backwards = merge_scores(order, turned)
        assert backwards["score"].tolist() == whole["score"].tolist()[::-1]


def test_empty_shard(files, tmp_path):
    paths, features = files
    empty = tmp_path / "scores-empty.txt"
    empty.write_bytes(b"")
    assert len(merge_scores([*paths, empty], features.trials)) == 30
    with pytest.raises(ScoreError, match="hold no scores"):
        merge_scores([empty], features.trials)


def test_missing_shard(files):
    (one, two, three), features = files
    first = shard(features, 2, 3).trials["utt_id"][0]
    with pytest.raises(ScoreError, match=rf"missing: \d+ of 30 .* is {first}$"):
        merge_scores([one, three], features.trials)
    with pytest.raises(ScoreError, match="does not exist"):
        merge_scores([one, three, two.with_name("no.txt")], features.trials)


def test_overlapping_shards(files):
    (one, two, three), features = files
    with pytest.raises(ScoreError, match=r"overlap: train-0-0 .*1-of-3.* and in .*1"):
        merge_scores([one, two, one, three], features.trials)


def test_foreign_shards(files, make_features, tmp_path):
    paths, features = files
    other = tmp_path / "other.txt"
    write_scores(other, score(Counting(), make_features(3, seed=9), device=CPU))
    with pytest.raises(ScoreError, match=r"3 trials .* train-9-0 in other\.txt"):
        merge_scores([*paths, other], features.trials)
    turned = {"bonafide": "spoof", "spoof": "bonafide"}
    protocol = features.trials.assign(label=features.trials["label"].map(turned))
    with pytest.raises(ScoreError, match=r"train-0-0 is bonafide in .*1-of-3\.txt"):
        merge_scores(paths, protocol)


# 5


@pytest.mark.parametrize("resident", [True, False, None])
def test_batches(make_features, resident):
    features = make_features(30)
    rows = np.random.default_rng(0).permutation(30)
    chosen = features.subset(np.arange(30) % 2 == 0)
    cuts = [rows[start : start + 7] for start in range(0, 30, 7)]
    batches = list(Batches(features, CPU, resident=resident).stream(cuts))
    assert len(batches) == 5
    for x, cut in zip(batches, cuts, strict=True):
        assert x.dtype == torch.float32
        assert x.is_contiguous(memory_format=torch.channels_last)
        assert torch.equal(x, features.tensor(cut))
    spans = [slice(0, 4), slice(4, 15)]
    parts = list(Batches(chosen, CPU, resident=resident).stream(spans))
    assert torch.equal(torch.cat(parts), chosen.tensor())


def test_unreadable(make_features):
    features = make_features(30)
    stream = Batches(features, CPU).stream([np.array([1]), np.array([77])])
    assert len(next(stream)) == 1
    with pytest.raises(IndexError, match="77"):
        next(stream)
