"""Contracts of the command line, beyond those of the library functions it calls.

1. Every command answers --help; a misused command exits with 2 and a usage line.
2. Every field of TrainConfig is an option of train. What a plugin registers is in
   --help, also if $ANTISPOOF_PLUGINS names it.
3. Bad input is one sentence on stderr that names the file or value, exit status 1, no
   traceback and no incomplete file.
4. train makes runs, prints their folders, and trains nothing twice.
5. score writes a score file of any partition of any corpus, also if it has eval only.
6. features computes all partitions. --on-error skip leaves damaged clips out, in
   features, train and score alike.
7. runs list prints one line per run with complete ids, however narrow the terminal.
   Text from files is never interpreted as markup.
8. Features are cached where the platform has space if no folder is given.
"""

import io
import os
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import pytest

from antispoof.augment import AUGMENTATIONS
from antispoof.cli import main
from antispoof.cli.text import format_table
from antispoof.config import TrainConfig
from antispoof.corpora.asvspoof2019 import PROTOCOL_FOLDER
from antispoof.runs import Run, list_runs
from conftest import SMALL
from corpora import flac_path, write_protocol

pytestmark = pytest.mark.usefixtures("small_frontend")

COMMANDS = (
    "corpus, corpus audit, corpus make, corpus fetch, corpus join, corpus copies,"
    " corpus speak, features, train, score, evaluate, check, export, runs, runs list,"
    " runs export, runs import"
)
TRAIN = ("train", "--model", "cnn", "--epochs", "1", "--batch-size", "8", "--corpus")
CHECKED = ["regression_scores.json"]  # written before features are read


def files():
    """Names of the files that commands wrote."""
    paths = (path for path in Path().rglob("*") if path.is_file())
    return {path.name for path in paths if path.suffix != ".lock"}


def assert_refused(result, *parts, left=()):
    assert result.status == 1, result.out + result.err
    sentence = result.err.rstrip("\n")
    assert sentence.startswith("antispoof: ")
    assert "\n" not in sentence
    for part in parts:
        assert str(part) in sentence
    assert files() <= set(left)


# 1


def test_help(antispoof):
    for command in ["", *COMMANDS.split(", ")]:
        result = antispoof(*command.split(), "--help")
        assert (result.status, result.err) == (0, "")
        assert result.out.startswith(f"Usage: antispoof {command}")
    train = antispoof("train", "--help").out  # 2
    for one in fields(TrainConfig):
        assert f"--{one.name.replace('_', '-')}" in train


def test_any_encoding(monkeypatch):
    def command(**_options):
        print("“→”")
        raise SystemExit(0)

    shown = io.TextIOWrapper(io.BytesIO(), "latin-1")
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setattr("antispoof.cli.app.app", command)
    with pytest.raises(SystemExit):
        main()
    shown.flush()
    assert shown.buffer.getvalue().strip() == rb"\u201c\u2192\u201d"


def test_misuse(antispoof):
    misuses = "no-such-command, corpus, features, train --colour red, check"
    for misuse in (*misuses.split(", "), "check a.wav --track 0"):
        result = antispoof(*misuse.split())
        assert result.status == 2
        assert "Usage: antispoof" in result.err + result.out


# 2


PLUGIN = """
from antispoof.augment import register_augmentation

register_augmentation("nothing", title="nothing")(lambda waveform, rng: waveform)
"""


def test_plugins(antispoof, plugin, monkeypatch):
    plugin(Path("my_plugin.py"), PLUGIN)
    text = antispoof("--plugin", "my_plugin", "train", "--help").out
    assert "nothing" in text
    del sys.modules["my_plugin"], AUGMENTATIONS["nothing"]
    monkeypatch.setenv("ANTISPOOF_PLUGINS", "my_plugin")
    assert antispoof("--plugin", "email", "train", "--help").out == text
    assert os.environ["ANTISPOOF_PLUGINS"] == "my_plugin,email"  # also for its children
    done = antispoof("--plugin", "no_plugin", "features")
    assert_refused(done, "plugin 'no_plugin' cannot be imported", left=["my_plugin.py"])


# 3


@pytest.fixture(params=["features", "train"])
def reading(request, antispoof):
    """A command that reads a corpus."""
    words = {"features": ("features",), "train": TRAIN}[request.param]
    return lambda corpus: antispoof(*words, corpus)


def test_bad_corpus(reading, small_corpus):
    assert_refused(reading("."), "no corpus in", PROTOCOL_FOLDER)
    path = write_protocol(small_corpus.root, "dev", "S5 D1 bonafide\n")
    assert_refused(reading(small_corpus.root), path, "line 1: attack")


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"x")])
def test_damaged_or_missing_clip(reading, small_corpus, damage):
    damage(flac_path(small_corpus.root, "train", "T12"))
    left = {f"{name}.{kind}" for name in SMALL for kind in ("npy", "json")}
    assert_refused(reading(small_corpus.root), "T12", left=[*left, *CHECKED])


@pytest.mark.parametrize(
    ("command", "option"), [(TRAIN, "--runs-dir"), (("features",), "--cache-dir")]
)
def test_folder_that_cannot_be_written(antispoof, small_corpus, command, option):
    Path("file").write_text("in the way")
    result = antispoof(*command, small_corpus.root, option, "file/below")
    assert_refused(result, "file", left=["file"])


def test_bad_setting(antispoof, small_corpus):
    for setting, message in (
        ("--model rnn", "'rnn'; accepted: cnn, lcnn, probe"),
        ("--frontend mfcc", "plugin registers it, load it with `antispoof --plugin"),
        ("--on-error ignore", "'ignore'; accepted: stop, skip"),
    ):
        result = antispoof(*TRAIN, small_corpus.root, *setting.split())
        assert_refused(result, message, left=CHECKED)
    assert_refused(antispoof("corpus", "join", "out", "no"), "folder no ", left=CHECKED)


# 4


def test_train(antispoof, small_corpus, no_training):
    options = ("--augment", "noise", "--augment", "trim", "--lr", "0.5")
    words = (*TRAIN, small_corpus.root, *options)
    result = antispoof(*words, "--seed", 1, "--seed", 0)
    assert (result.status, result.err) == (0, "")
    runs = [Run.open(x) for x in result.out.splitlines() if x.startswith("/")]
    assert [run.seed for run in runs] == [1, 0]
    config = runs[0].config
    assert (config.augment, config.lr) == (("noise", "trim"), 0.5)
    assert (config.epochs, config.batch_size) == (1, 8)
    assert "epoch 1/1" in result.out
    no_training()
    again = antispoof(*words, "--seed", 0, "--seed", 1).out.splitlines()
    on, paths = runs[0].corpus["id"], [str(run.path) for run in runs]
    lines = [f"cnn seed {seed} on {on}: reused" for seed in (0, 1)]
    assert again == [*lines, *paths[::-1]]


# 5


def test_score(antispoof, small_corpus, finished):
    result = antispoof("score", finished.path, "--corpus", small_corpus.root)
    assert (result.status, result.out) == (0, "3 scores in scores-eval.txt\n")
    lines = Path("scores-eval.txt").read_text().splitlines()
    found = {line.split()[0]: float(line.split()[3]) for line in lines}
    recorded = finished.scores("eval").set_index("utt_id")["score"].to_dict()
    assert found == pytest.approx(recorded, abs=1e-4)


def test_score_a_corpus_that_has_eval_only(antispoof, small_corpus, finished):
    for partition in ("train", "dev"):
        write_protocol(small_corpus.root, partition, "").unlink()
    words = ("score", finished.path, "--corpus", small_corpus.root)
    assert antispoof(*words, "--out", "x.txt").out == "3 scores in x.txt\n"
    result = antispoof(*words, "--partition", "dev")
    assert_refused(result, "no partition 'dev'; it has eval", left=files())


# 6


def test_damaged_clips_are_skipped_in_all_commands(antispoof, small_corpus):
    """B13: features skipped damaged clips; train and score refused the corpus."""
    flac_path(small_corpus.root, "train", "T13").write_bytes(b"no sound")
    flac_path(small_corpus.root, "eval", "E3").unlink()
    skip = ("--on-error", "skip")
    result = antispoof("features", small_corpus.root, *skip, "--cache-dir", "there")
    assert result.status == 0, result.err
    assert "logmel dev: 3 of 3 clips" in result.out
    assert "logmel train: 11 of 12 clips" in result.out
    built = sorted(path.name for path in Path("there").rglob("*.npy"))
    assert built == ["dev.npy", "eval.npy", "train.npy"]
    result = antispoof(*TRAIN, small_corpus.root, *skip)
    assert result.status == 0, result.err
    (run,) = list_runs("runs")
    assert run.scores("eval")["utt_id"].tolist() == ["E1", "E2"]
    assert run.corpus["trials"] == {"train": 11, "dev": 3, "eval": 2}
    run.check()
    score = ("score", run.path, "--corpus", small_corpus.root)
    assert_refused(antispoof(*score), "E3", left=files())
    result = antispoof(*score, *skip)
    assert (result.status, result.out) == (0, "2 scores in scores-eval.txt\n")


# 7


def test_runs_list(antispoof, finished, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(finished.path.parents[4])  # runs are in its folder "runs"
    head, line = antispoof("runs", "list").out.splitlines()
    row = dict(zip(head.split(), line.split(), strict=False))
    assert row["corpus"] == finished.corpus["id"]
    assert (row["model"], row["config"]) == ("cnn", finished.config.config_hash)
    assert (row["seed"], row["weights"]) == ("0", "yes")
    assert "no finished runs" in antispoof("runs", "list", "--runs-dir", "x").out


def test_text_is_never_markup(antispoof, small_corpus):
    rows = [{"name": "[red]A01[/red]\x1b[31m", "n": 5}, {"name": "b", "n": 123}]
    head, first, second = format_table(rows).splitlines()
    assert "[red]A01[/red]\\x1b[31m" in first
    assert len(head) == len(first) == len(second)
    assert format_table([{"a": "x"}, {"n": 2}]).split() == ["a", "n", "x", "2"]
    assert format_table([]) == ""
    lines = [line.replace("A01", "[red]A01[/red]") for line in SMALL["train"]]
    write_protocol(small_corpus.root, "train", "\n".join(lines) + "\n")
    assert "[red]A01[/red]" in antispoof("corpus", "audit", small_corpus.root).out


# 8


def test_the_platform_chooses_the_folder_of_features(
    antispoof, small_corpus, monkeypatch, tmp_path
):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    assert antispoof("features", small_corpus.root).status == 0
    found = (tmp_path / "scratch/antispoof-features").rglob("*.npy")
    assert len([*found]) == 3 and not Path("data").exists()
