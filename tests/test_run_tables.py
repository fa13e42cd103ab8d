"""Contracts of tables of runs.

1. Results have one row per run and partition, equal to the metrics of their scores.
2. Runs are grouped by model, sorted by seed, and by their number of epochs.
3. Metrics without a threshold are means over seeds.
"""

from dataclasses import replace

import pytest

from antispoof import metrics
from antispoof.config import TrainConfig
from antispoof.runs import tables, train_or_load

pytestmark = pytest.mark.usefixtures("small_frontend")
CONFIG = TrainConfig.for_model("cnn", epochs=1, batch_size=8)


@pytest.fixture
def train(small_corpus, tmp_path):
    def start(config, seeds):
        folders = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "cache"}
        return train_or_load(config, small_corpus, seeds, references=None, **folders)

    return start


def test_tables(train):
    runs = train(CONFIG, [1, 0])
    table = tables.results_frame(runs)
    assert table[["seed", "partition"]].to_numpy().tolist() == [
        [1, "dev"],
        [1, "eval"],
        [0, "dev"],
        [0, "eval"],
    ]
    scores, labels = runs[0].scores_and_labels("eval")
    row = table.iloc[1]
    assert row["n"] == 3
    assert row["eer"] == metrics.eer(scores, labels)
    assert row["accuracy"] == metrics.accuracy(scores, labels)
    assert row["always_spoof_accuracy"] == pytest.approx(2 / 3)
    assert tables.confusion(runs, "eval").sum(1).tolist() == [2, 1]
    assert [run.seed for run in tables.by_model(runs)["cnn"]] == [0, 1]
    assert [len(history) for history in tables.histories(runs)["CNN"]] == [1, 1]
    (row,) = tables.standard_metrics(runs).to_dict("index").values()
    assert row["eer"] == pytest.approx(table.query("partition == 'eval'")["eer"].mean())
    longer = train(replace(CONFIG, epochs=2), [0])
    (of_model,) = tables.by_epochs([*runs, *longer], "eval").values()
    assert {epochs: len(found) for epochs, found in of_model.items()} == {1: 2, 2: 1}
    assert of_model[1][0].equals(runs[1].scores("eval"))
    assert of_model[2][0].equals(longer[0].scores("eval"))
