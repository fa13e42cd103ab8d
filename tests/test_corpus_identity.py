"""Contracts of the identity of a corpus.

1. With the same protocols and other sound files, neither a finished run nor cached
   features are reused; with the old files they are again.
"""

import shutil

import pytest

from antispoof.config import TrainConfig
from antispoof.corpora import open_corpus
from antispoof.runs import train_or_load
from corpora import write_flac


@pytest.mark.usefixtures("small_frontend")
def test_a_run_is_not_reused_for_other_sound(small_corpus, tmp_path):  # 1
    """B1: the old run was reused, because only the protocols were compared."""
    config = TrainConfig.for_model("cnn", epochs=1, batch_size=8)
    folders = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "cache"}
    original = tmp_path / "original"
    shutil.copytree(small_corpus.root, original)

    def train():
        return train_or_load(config, open_corpus(small_corpus.root), [0], **folders)[0]

    first = train()
    for seed, path in enumerate(sorted(small_corpus.root.rglob("*.flac")), start=100):
        write_flac(path, seed=seed, seconds=0.2)
    second = train()
    assert second.path != first.path
    assert second.corpus["trials"] == first.corpus["trials"]
    assert not second.scores("eval")["score"].equals(first.scores("eval")["score"])
    shutil.rmtree(small_corpus.root)
    shutil.copytree(original, small_corpus.root)
    assert train().path == first.path
