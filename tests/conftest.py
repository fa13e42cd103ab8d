"""Fixtures that several test files share."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import pytest

# Two test workers run at a time, so one thread each. Read when torch is imported; the
# fixtures import it only when they are used.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared"
SHARED = Path(os.environ.get("ANTISPOOF_SHARED", SHARED))

# Of the JSON of `antispoof check`: six that stay (DESIGN, section 3), and more.
KEYS = ["clip", "score", "probability_bonafide", "answer", "seconds", "error"]
KEYS += ["in_domain", "reason", "llr", "segments", "sha256", "warnings", "sentence"]

# Four speakers in train, so that two can be held out.
SMALL = {
    "train": [
        f"S{speaker} T{speaker}{clip} - {kind}"
        for speaker in range(1, 5)
        for clip, kind in enumerate(["- bonafide", "A01 spoof", "A01 spoof"], start=1)
    ],
    "dev": ["S5 D1 - - bonafide", "S5 D2 - A01 spoof", "S6 D3 - A01 spoof"],
    "eval": ["S7 E1 - - bonafide", "S8 E2 - A07 spoof", "S8 E3 - A08 spoof"],
}


def run_python(code, *arguments, cwd=None, **variables):
    """Run code in an interpreter of its own that finds the same modules."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables
    command = [sys.executable, "-c", code, *map(str, arguments)]
    options = {"cwd": cwd, "env": environment, "capture_output": True, "text": True}
    return subprocess.run(command, **options, timeout=300)


def run_node(function, script, given):
    """What a JavaScript function of (exports of the script, given) returns in Node.js.

    Without Node.js the test is skipped.
    """
    if shutil.which("node") is None:
        pytest.skip("the script is run by node, which is not installed")
    read = "JSON.parse(require('fs').readFileSync(0, 'utf-8'))"
    called = f"({function})(require(process.argv[1]), {read})"
    command = ["node", "-e", f"console.log(JSON.stringify({called}))", str(script)]
    output = subprocess.check_output(command, input=json.dumps(given), text=True)
    return json.loads(output)


@pytest.fixture
def browser_page():
    """Returns a function that opens a page in headless Chromium."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    # The matrix has none of the book's tools.
    chromium = pytest.importorskip("antispoof_book.chromium")

    with chromium.started() as browser:

        def opened(file, html, **options):
            file.write_text(f'<meta charset="utf-8">{html}')
            page = browser.new_page(**options)
            page.goto(file.as_uri())
            return page

        yield opened


def assert_refused(kind, call, *parts):
    """A call raises an error of this kind: one sentence that has these parts."""
    with pytest.raises(kind) as caught:
        call()
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in parts:
        assert str(part) in sentence


def contents(folder):
    """Content of every file below a folder, by its name; no locks."""
    paths = (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def shared():
    """Path in the folder of shared data; skips the test where it does not exist."""

    def find(relative: str) -> Path:
        path = SHARED / relative
        if not path.exists():
            pytest.skip(f"no shared data {relative}")
        return path

    return find


def features_of_noise(n=24, *, seed=0, frames=33, partition="train"):
    """Features of clips that a small network learns to tell apart at once."""
    import numpy as np

    from antispoof.frontends import FeatureSet
    from corpora import trials_table

    bonafide = np.arange(n) % 3 == 0
    array = np.random.default_rng(seed).standard_normal((n, 1, 64, frames))
    array[bonafide, :, :32] += 1.0
    prefix = f"{partition}-{seed}-"
    trials = trials_table(bonafide, np.arange(n) // 6, prefix=prefix)
    trials["partition"] = partition
    return FeatureSet(trials, array.astype(np.float16), np.arange(n))


@pytest.fixture
def make_features():
    """The function above, as a fixture."""
    return features_of_noise


@cache
def small_regression_check():
    """The regression check with the small front-end, computed once per process."""
    from antispoof.runs import regression_check

    compute, shorten = regression_check._compute.__wrapped__, regression_check._shorten
    return cache(lambda config: compute(shorten(config)))


@pytest.fixture
def antispoof(monkeypatch, tmp_path, capsys):
    """Run a command in an empty folder; returns its status, stdout and stderr."""
    from antispoof import cli

    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["antispoof", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return SimpleNamespace(status=end.value.code or 0, out=out, err=err)

    return run


@pytest.fixture
def registries(monkeypatch):
    """What a test registers is forgotten afterwards."""
    from antispoof import augment, corpora, frontends, losses, metrics, models
    from antispoof.synthesis import ENGINES

    known = augment.AUGMENTATIONS, corpora.CORPORA, frontends.FRONTENDS, losses.LOSSES
    for registry in (*known, models.MODELS, ENGINES):
        monkeypatch.setattr(registry, "data", dict(registry.data))
    measures = dict(metrics.METRICS)
    yield
    metrics.METRICS.clear()
    metrics.METRICS.update(measures)


@pytest.fixture
def plugin(monkeypatch, registries):
    """Returns a function that writes a plugin; afterwards nobody knows it any more."""
    names = []
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("ANTISPOOF_PLUGINS", "")

    def write(path, code):
        path.write_text(code)
        names.append(path.stem)

    yield write
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def glued(monkeypatch):
    """Name -> value of what is glued, as where myst-nb is installed."""
    kept = {}
    fake = SimpleNamespace(
        glue=lambda name, value, display: display or kept.update({name: value})
    )
    monkeypatch.setitem(sys.modules, "myst_nb", fake)
    return kept


@pytest.fixture
def small_frontend(monkeypatch):
    """Let ``logmel`` see the first 33 frames of a clip instead of 401."""
    from antispoof.frontends import FRONTENDS, LogMel
    from antispoof.runs import regression_check

    entry = replace(FRONTENDS["logmel"], factory=partial(LogMel, n_samples=5_200))
    monkeypatch.setitem(FRONTENDS, "logmel", entry)
    monkeypatch.setattr(regression_check, "compute", small_regression_check())


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Every usual place of a corpus below tmp_path, and nothing in any."""
    from antispoof.corpora import discovery

    for name in ("KAGGLE_INPUT", "COLAB", "COLAB_DRIVE"):
        monkeypatch.setattr(discovery, name, tmp_path / name)
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(discovery.ENVIRONMENT_VARIABLE, raising=False)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


@pytest.fixture
def small_disk(monkeypatch):
    """Let every disk have 1 MiB free."""
    little = SimpleNamespace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: little)


@pytest.fixture
def no_training(monkeypatch):
    """Returns a function; once it is called, the test fails if anything is trained."""
    from antispoof.runs import jobs

    return lambda: monkeypatch.setattr(jobs.training, "fit", None)


@pytest.fixture
def small_corpus(tmp_path):
    """A corpus of noise in the official layout, large enough to train on."""
    from antispoof.corpora import open_corpus
    from corpora import write_corpus

    return open_corpus(write_corpus(tmp_path / "corpus" / "LA", SMALL))


def train(
    corpus, folder, *, seeds=(0,), references=None, runs="runs", log=print, **settings
):
    """Runs of small trainings, in folders below `folder`."""
    from antispoof.config import TrainConfig
    from antispoof.runs import train_or_load

    small = {"epochs": 1, "batch_size": 8} | settings
    config = TrainConfig.for_model("cnn", **small)
    folders = {"runs_dir": folder / runs, "cache_dir": folder / "cache"}
    options = {"references": references, "log": log, **folders}
    return train_or_load(config, corpus, list(seeds), **options)


@pytest.fixture(scope="session")
def kept_runs(tmp_path_factory):
    """Folder of a finished run, made by the first test that needs one."""
    return tmp_path_factory.mktemp("kept") / "runs"


@pytest.fixture
def finished(small_corpus, small_frontend, tmp_path, kept_runs):
    """A finished run of one epoch in the folder ``runs`` of `tmp_path`."""
    from antispoof.runs import list_runs

    if not kept_runs.exists():
        train(small_corpus, kept_runs.parent, log=lambda line: None)
    shutil.copytree(kept_runs, tmp_path / "runs")
    return list_runs(tmp_path / "runs")[0]


@pytest.fixture(scope="session")
def detector():
    """A detector with random weights, whose probabilities are near one half."""
    import torch

    from antispoof import frontends, models
    from antispoof.calibration import Calibration
    from antispoof.inference.detector import Detector

    torch.manual_seed(0)
    corpus = {"title": "a corpus of noise", "caveat": "Noise proves nothing."}
    metadata = {"model": "cnn", "frontend": "logmel", "seed": 0, "calibrated_on": "dev"}
    metadata["corpus"] = corpus | {"n_train": 12}
    fitted = Calibration(1.0, 0.0, 5, 7, spoof_below=-2.2, bonafide_above=2.2)
    model, frontend = models.build("cnn").eval(), frontends.build("logmel")
    fields = {"calibration": fitted, "metadata": metadata}
    return Detector(model=model, frontend=frontend, **fields)
