"""Contracts of the command line, beyond what its library functions hold.

1. Every command answers --help; a command misused exits with 2 and a usage line.
2. Bad input is one sentence on stderr that names the file or value, exit status 1, no
   traceback, nothing half-written: missing and empty corpus, wrong columns, undecodable
   and missing file, one class, unknown model, setting, front-end and partition, full
   disk, damaged run.
3. train makes runs and says where, takes every setting of a config, and trains nothing
   twice.
4. score writes a score file, and nothing else; merge puts shards together, which are
   then the whole, byte for byte.
5. features builds all partitions and says what was left out.
6. record keeps the runs of a profile without weights, goes on past a failure and says
   so; what is recorded is not trained again.
7. Where no store is named, features go where the platform has room for them.
"""

import errno
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import fields, replace
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace

import pytest

from antispoof import cli
from antispoof.config import TrainConfig
from antispoof.corpora.asvspoof2019 import PROTOCOL_FOLDER, PROTOCOL_NAMES
from antispoof.runs import Run, list_runs
from conftest import SMALL
from corpora import flac_path, write_protocol

pytestmark = pytest.mark.usefixtures("small_frontend")

COMMANDS = {
    "": (
        "corpus",
        "runs",
        "features",
        "train",
        "score",
        "merge",
        "evaluate",
        "record",
        "check",
        "ship",
    ),
    "corpus": ("audit", "make", "fetch"),
    "corpus audit": ("--json",),
    "corpus make": ("--seed",),
    "corpus fetch": ("--source", "--sha256", "--keep"),
    "runs": ("list", "pack", "unpack"),
    "features": ("--store", "--frontend", "--on-error"),
    "train": ("--model", "--corpus", "--seed", "--epochs", "--runs"),
    "score": ("--corpus", "--partition", "--shard"),
    "merge": ("--protocol", "--out"),
    "evaluate": (
        "--protocol",
        "--asv-scores",
        "--dev-scores",
        "--dev-protocol",
        "--json",
    ),
    "record": ("--corpus", "--profile", "--reference"),
    "check": ("--json", "--explain", "--plot", "--run", "Exit status"),
    "ship": ("--corpus", "--profile", "--folds"),
}
partition_of_scores = importlib.import_module("antispoof.scoring.partition")
QUICK = ("--epochs", "1", "--batch-size", "8")


@pytest.fixture
def antispoof(monkeypatch, tmp_path, capsys):
    """Run a command in an empty folder; returns its status, stdout and stderr."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")  # no line of help is folded

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["antispoof", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err, folder=folder)

    return run


def assert_refused(result, *parts, left=()):
    assert result.status == 1, result.out + result.err
    sentence = result.err.rstrip("\n")
    assert sentence.startswith("antispoof: ")
    assert "\n" not in sentence
    assert "Traceback" not in result.out + result.err
    for part in parts:
        assert str(part) in sentence
    files = {
        path.name
        for path in result.folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }
    assert files <= set(left), files


# 1


@pytest.mark.parametrize("command", COMMANDS)
def test_help(antispoof, command):
    result = antispoof(*command.split(), "--help")
    assert result.status == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", result.out)
    for word in COMMANDS[command]:
        assert word in plain


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["train"],
        ["train", "--model", "cnn"],
        ["train", "--model", "cnn", "--corpus", ".", "--epochs", "many"],
        ["train", "--model", "cnn", "--corpus", ".", "--colour", "red"],
        ["features"],
        ["score", "run"],
        ["corpus"],
        ["corpus", "audit"],
    ],
)
def test_misuse(antispoof, arguments):
    result = antispoof(*arguments)
    assert result.status == 2
    assert "Usage: antispoof" in result.err + result.out
    assert "Traceback" not in result.err


def test_entry_point():
    (entry,) = entry_points(group="console_scripts", name="antispoof")
    assert entry.load() is cli.main


def test_in_a_process_of_its_own(tmp_path):
    code = "from antispoof.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "corpus", "audit", "nowhere"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "antispoof: corpus folder nowhere does not exist\n"


# 2


READING = {
    "features": ("features", "{corpus}"),
    "train": ("train", "--model", "cnn", *QUICK, "--corpus", "{corpus}"),
}


@pytest.fixture(params=READING)
def command(request, antispoof):
    """A command that reads a corpus."""

    def run(corpus, *more):
        words = [word.format(corpus=corpus) for word in READING[request.param]]
        return antispoof(*words, *more)

    run.name = request.param
    return run


def test_missing_corpus(command, tmp_path):
    folder = tmp_path / "nowhere"
    assert_refused(command(folder), folder, "does not exist")


def test_empty_corpus(command, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert_refused(command(folder), folder, "no corpus", PROTOCOL_FOLDER)


def test_wrong_columns(command, small_corpus):
    path = write_protocol(small_corpus.root, "dev", "S5 D1 bonafide\n")
    assert_refused(command(small_corpus.root), path, "line 1: 3 columns", "5 are")


def test_undecodable_file(command, small_corpus):
    path = flac_path(small_corpus.root, "train", "T12")
    path.write_bytes(b"no sound")
    # Whole stores of intact features are no half-written file.
    whole = ["train.npy", "train.json", "protocol-dev.txt", "protocol-eval.txt"]
    assert_refused(command(small_corpus.root), path, left=whole)


def test_missing_file(command, small_corpus):
    path = flac_path(small_corpus.root, "train", "T12")
    path.unlink()
    protocols = ["protocol-dev.txt", "protocol-eval.txt"]
    assert_refused(command(small_corpus.root), path, left=protocols)


@pytest.mark.parametrize("partition", ["train", "dev", "eval"])
def test_one_class(antispoof, small_corpus, partition):
    spoof = [line for line in SMALL[partition] if line.endswith("spoof")]
    path = write_protocol(small_corpus.root, partition, "\n".join(spoof) + "\n")
    words = [word.format(corpus=small_corpus.root) for word in READING["train"]]
    assert_refused(antispoof(*words), path, "no bonafide trial")


def test_too_few_speakers(antispoof, small_corpus):
    lines = [line for line in SMALL["train"] if line.startswith(("S1", "S2"))]
    write_protocol(small_corpus.root, "train", "\n".join(lines) + "\n")
    words = [word.format(corpus=small_corpus.root) for word in READING["train"]]
    stores = [f"{p}.{kind}" for p in SMALL for kind in ("npy", "json")]
    protocols = ["protocol-dev.txt", "protocol-eval.txt"]
    assert_refused(
        antispoof(*words), "2 speakers", "hold out 2", left=stores + protocols
    )


@pytest.mark.parametrize("where", ["disk_usage", "posix_fallocate"])
def test_full_disk(command, small_corpus, monkeypatch, where):
    if where == "disk_usage":
        little = SimpleNamespace(free=2**20)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: little)
    else:
        if not hasattr(os, where):
            pytest.skip("space can be reserved on POSIX only")

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, where, full)
    told = "1 MiB are free" if where == "disk_usage" else "No space left on device"
    protocols = ["protocol-dev.txt", "protocol-eval.txt"]
    assert_refused(command(small_corpus.root), "MiB", told, left=protocols)


def test_folder_that_cannot_be_written(command, small_corpus):
    (small_corpus.root.parents[1] / "work" / "file").write_text("in the way")
    folder = {"train": "--runs", "features": "--store"}[command.name]
    result = command(small_corpus.root, folder, "file/below")
    assert_refused(result, "file", left=["file"])


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (("--model", "rnn"), "model='rnn'; accepted: cnn, resnet, resnet_lstm"),
        (("--epochs", "0"), "epochs=0 must be positive"),
        (("--lr", "nan"), "lr=nan must be finite"),
        (("--schedule", "linear"), "schedule='linear'; accepted: constant, cosine"),
        (("--precision", "fp8"), "precision='fp8'; accepted: fp32, bf16, fp16"),
        (("--class-weights", "all"), "class_weights='all'; accepted: none, balanced"),
        (("--frontend", "mfcc"), "frontend='mfcc'; accepted: logmel"),
        (("--seed", "-1"), "seed=-1; accepted: whole numbers from 0"),
    ],
)
def test_unknown_settings_of_train(antispoof, small_corpus, setting, told):
    words = [word.format(corpus=small_corpus.root) for word in READING["train"]]
    assert_refused(antispoof(*words, *setting), told)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (("--frontend", "mfcc"), "'mfcc'; accepted: logmel"),
        (("--on-error", "ignore"), "'ignore'; accepted: stop, skip"),
        (("--jobs", "-1"), "jobs=-1 must be positive"),
    ],
)
def test_unknown_settings_of_features(antispoof, small_corpus, setting, told):
    assert_refused(antispoof("features", small_corpus.root, *setting), told)


# 3


def test_train(antispoof, small_corpus, monkeypatch):
    words = [word.format(corpus=small_corpus.root) for word in READING["train"]]
    result = antispoof(*words, "--seed", 1, "--seed", 0)
    assert result.status == 0, result.err
    assert result.err == ""
    paths = [line for line in result.out.splitlines() if line.startswith("runs")]
    assert [Run.open(path).seed for path in paths] == [1, 0]
    assert "epoch 1/1" in result.out
    monkeypatch.setattr(importlib.import_module("antispoof.runs.jobs"), "fit", None)
    again = antispoof(*words, "--seed", 0)
    assert again.status == 0
    assert "seed 0" in again.out
    assert "reused" in again.out


def test_train_takes_every_setting(antispoof):
    told = antispoof("train", "--help").out
    for field in fields(TrainConfig):
        assert f"--{field.name.replace('_', '-')}" in told


# 4


@pytest.fixture
def run(antispoof, small_corpus):
    words = [word.format(corpus=small_corpus.root) for word in READING["train"]]
    assert antispoof(*words).status == 0
    (found,) = list_runs("runs")
    return found


def test_score(antispoof, small_corpus, run):
    result = antispoof("score", run.path, "--corpus", small_corpus.root)
    assert result.status == 0, result.err
    assert result.out == "3 scores in scores-eval.txt\n"
    lines = (result.folder / "scores-eval.txt").read_text().splitlines()
    found = {line.split()[0]: float(line.split()[3]) for line in lines}
    recorded = run.scores("eval").set_index("utt_id")["score"].to_dict()
    assert found == pytest.approx(recorded, abs=1e-4)


def test_shards(antispoof, small_corpus, run, monkeypatch):
    monkeypatch.setattr(partition_of_scores, "BATCH", 4)
    common = ("score", run.path, "--corpus", small_corpus.root, "--partition", "train")
    antispoof(*common)
    shards = []
    for part in (2, 1, 3):
        result = antispoof(*common, "--shard", f"{part}/3")
        assert result.status == 0, result.err
        assert result.out == f"4 scores in scores-train-{part}-of-3.txt\n"
        shards.append(f"scores-train-{part}-of-3.txt")
    protocol = small_corpus.root / PROTOCOL_FOLDER / PROTOCOL_NAMES["train"]
    given = ("--protocol", protocol, "--out", "merged.txt")
    result = antispoof("merge", *shards, *given)
    assert result.status == 0, result.err
    assert result.out == "12 scores in merged.txt\n"
    merged = result.folder / "merged.txt"
    assert merged.read_bytes() == (result.folder / "scores-train.txt").read_bytes()
    assert not list(result.folder.glob("*.partial"))
    merged.unlink()
    before = {p.name for p in result.folder.rglob("*") if p.is_file()}
    result = antispoof("merge", *shards, shards[0], *given)
    assert_refused(result, "shards overlap", shards[0], left=before)
    result = antispoof("merge", *shards[1:], *given)
    assert_refused(result, "a shard is missing: 4 of 12", "T22", left=before)


def test_score_refuses(antispoof, small_corpus, run):
    before = {p.name for p in run.path.parents[3].parent.rglob("*") if p.is_file()}
    common = ("score", run.path, "--corpus", small_corpus.root)
    for shard in ("0/2", "3/2", "1", "a/b", "1/0", "1/2/3"):
        result = antispoof(*common, "--shard", shard)
        assert_refused(result, f"shard='{shard}'; accepted: i/n", left=before)
    result = antispoof(*common, "--partition", "test")
    assert_refused(result, "'test'", "train, dev, eval", left=before)
    (run.path / "model.safetensors").write_bytes(b"no weights")
    result = antispoof(*common)
    assert_refused(result, "model.safetensors", "no weights of cnn", left=before)
    (run.path / "model.safetensors").unlink()
    assert_refused(antispoof(*common), run.path, "without weights", left=before)
    (run.path / "history.csv").unlink()
    assert_refused(antispoof(*common), "history.csv is missing", left=before)


# 5


def test_features(antispoof, small_corpus):
    result = antispoof("features", small_corpus.root, "--store", "there", "--jobs", 1)
    assert result.status == 0, result.err
    built = sorted(path.name for path in result.folder.rglob("there/**/*.npy"))
    assert built == ["dev.npy", "eval.npy", "train.npy"]


def test_features_without_a_damaged_clip(antispoof, small_corpus):
    flac_path(small_corpus.root, "dev", "D2").write_bytes(b"no sound")
    flac_path(small_corpus.root, "eval", "E3").unlink()
    result = antispoof("features", small_corpus.root, "--on-error", "skip")
    assert result.status == 0, result.err
    assert "2 damaged clips were left out: D2, E3" in result.out


# 6


PROFILE = """\
seeds: [0, 1]
settings:
  cnn: {epochs: 1, batch_size: 8}
"""


@pytest.fixture
def profile(tmp_path):
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILE)
    return path


def test_record(antispoof, small_corpus, profile, monkeypatch):
    words = ("record", "--corpus", small_corpus.root, "--profile", profile)
    words += ("--model", "cnn", "--reference", "kept")
    result = antispoof(*words)
    assert result.status == 0, result.err
    assert [found.seed for found in list_runs("kept")] == [0, 1]
    assert not list(result.folder.rglob("kept/**/*.safetensors"))
    monkeypatch.setattr(importlib.import_module("antispoof.runs.jobs"), "fit", None)
    again = antispoof(*words)
    assert again.status == 0
    assert again.out.count("recorded already") == 2


def test_record_keeps_the_other_length_apart(antispoof, small_corpus, profile):
    profile.write_text(
        PROFILE.replace("[0, 1]", "[0]") + "other_epochs: {cnn: 2, resnet: 2}\n"
    )
    words = ("record", "--corpus", small_corpus.root, "--profile", profile)
    words += ("--model", "cnn", "--reference", "kept", "--shorter", "kept-apart")
    result = antispoof(*words)
    assert result.status == 0, result.err
    (one,), (other,) = list_runs("kept"), list_runs("kept-apart")
    assert (one.config.epochs, other.config.epochs) == (1, 2)
    assert replace(other.config, epochs=1) == one.config


def test_record_goes_on_past_a_failure(antispoof, small_corpus, profile, monkeypatch):
    module = importlib.import_module("antispoof.runs.jobs")
    fit = module.fit

    def fail_once(*arguments, seed, **settings):
        if seed == 0:
            raise module.DiskError("no space")
        return fit(*arguments, seed=seed, **settings)

    monkeypatch.setattr(module, "fit", fail_once)
    words = ("record", "--corpus", small_corpus.root, "--profile", profile)
    result = antispoof(*words, "--model", "cnn", "--reference", "kept")
    assert result.status == 1
    assert result.err == "antispoof: cnn seed 0, 1 epochs: no space\n"
    assert [found.seed for found in list_runs("kept")] == [1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no profile"),
        ("seeds: [0]", "settings"),
        ("settings: {}", "seeds"),
        ("seeds: 3\nsettings: {}", "no profile"),
        ("seeds: [first]\nsettings: {}", "seed='first'"),
        ("seeds: [0]\nsettings:", "settings are None"),
        ("seeds: [0]\nsettings: {cnn: {epoch: 3}}", "unknown setting 'epoch'"),
        ("seeds: [0]\nsettings: {rnn: {epochs: 3}}", "unknown model 'rnn'"),
        ("seeds: [0\nsettings", "no profile"),
        ("seeds: [0]\nsettings: {}\nother_epochs: 3", "no profile"),
        (None, "profile.yaml"),
    ],
)
def test_bad_profile(antispoof, small_corpus, profile, text, told):
    if text is None:
        profile.unlink()
    else:
        profile.write_text(text)
    words = ("record", "--corpus", small_corpus.root, "--profile", profile)
    assert_refused(antispoof(*words, "--model", "cnn"), told)


def test_unknown_model_of_record(antispoof, small_corpus, profile):
    words = ("record", "--corpus", small_corpus.root, "--profile", profile)
    assert_refused(antispoof(*words, "--model", "rnn"), "'rnn'; accepted: cnn")


# 7


@pytest.fixture
def kaggle(monkeypatch, tmp_path):
    """The folder where Kaggle has room."""
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    return tmp_path / "scratch" / "antispoof-features"


def test_features_train_and_score_use_the_platform_s_store(
    antispoof, small_corpus, kaggle
):
    words = [word.format(corpus=small_corpus.root) for word in READING["train"]]
    assert antispoof("features", small_corpus.root).status == 0
    assert len(list(kaggle.rglob("*.npy"))) == 3
    shutil.rmtree(kaggle)
    assert antispoof(*words).status == 0
    assert len(list(kaggle.rglob("*.npy"))) == 3
    shutil.rmtree(kaggle)
    (run,) = list_runs("runs")
    result = antispoof("score", run.path, "--corpus", small_corpus.root)
    assert result.status == 0, result.err
    assert [path.name for path in kaggle.rglob("*.npy")] == ["eval.npy"]
    assert not (result.folder / "data").exists()


def test_ship_uses_the_platform_s_store(antispoof, small_corpus, kaggle, monkeypatch):
    given = {}
    shipping = importlib.import_module("antispoof.inference.pretrained")
    monkeypatch.setattr(shipping, "ship", lambda *_, **options: given.update(options))
    Path("p.yaml").write_text("settings: {}")
    words = ("--corpus", small_corpus.root, "--profile", "p.yaml")
    assert antispoof("ship", *words).status == 0
    assert given["store"] == kaggle
