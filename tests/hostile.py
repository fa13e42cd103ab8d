"""Readers of files from strangers, and bytes to start from.

Each reader takes bytes and may raise nothing but an AntispoofError. `test_hostile.py`
gives each some dozens of inputs, `make fuzz` ten thousand.

Where several files belong together, the first byte selects the one that the other bytes
replace; the rest stay intact, so that reading continues behind the damaged file. Their
model is very small, so that mutation often changes its weights.
"""

import io
import json
import os
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import soundfile
import yaml
from safetensors.torch import save
from torch import nn

from antispoof import models
from antispoof.audio import iter_blocks, load
from antispoof.audio.containers import Completeness
from antispoof.config import TrainConfig
from antispoof.corpora import read_protocol, write_protocol
from antispoof.errors import AntispoofError
from antispoof.frontends import FRONTENDS, LogMel
from antispoof.inference.base import describe_detector
from antispoof.inference.detector import CARD, Detector
from antispoof.inference.loading import WEIGHTS
from antispoof.inference.prediction import format_prediction, predict_clip
from antispoof.runs import import_runs
from antispoof.runs.record import Run, protocol_name, run_path, write_run
from antispoof.scoring.score_files import ScoreFileWarning, read_asv_scores, read_scores
from corpora import voice

FOLDER = Path(tempfile.gettempdir()) / f"antispoof-hostile-{os.getpid()}"


def _file(data: bytes, name: str = "input") -> Path:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _write_with_one_replaced(files: dict[str, bytes], data: bytes) -> None:
    """Write the files; the one that the first byte selects gets the other bytes."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    which = list(files)[data[0] % len(files)] if data else next(iter(files))
    for name, content in {**files, which: data[1:]}.items():
        _file(content, name)


def _each_as_input(files: dict[str, bytes]) -> list[bytes]:
    return [bytes([number]) + data for number, data in enumerate(files.values())]


@contextmanager
def _small_models() -> Iterator[None]:
    """Let ``cnn`` be a model of four numbers, and clips a third of a second long."""

    def small() -> nn.Module:
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))

    model = replace(models.MODELS["cnn"], factory=small)
    short = replace(FRONTENDS["logmel"], factory=partial(LogMel, n_samples=5_200))
    changed = mock.patch.dict(models.MODELS, cnn=model)
    with changed, mock.patch.dict(FRONTENDS, logmel=short):
        yield


def protocol(data: bytes) -> None:
    """A protocol."""
    read_protocol(_file(data))


def _read_each_way(*readers: Callable[[], object]) -> None:
    """Call each reader, whether the others raise a documented error or not."""
    for read in readers:
        with suppress(AntispoofError):
            read()


def scores(data: bytes) -> None:
    """A score file, alone and with a protocol."""
    trials = read_protocol(_file(PROTOCOL, "protocol"))
    path = _file(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScoreFileWarning)
        _read_each_way(lambda: read_scores(path), lambda: read_scores(path, trials))


def asv_scores(data: bytes) -> None:
    """Speaker verification scores."""
    read_asv_scores(_file(data))


def config(data: bytes) -> None:
    """Settings of a configuration in a profile."""
    try:
        settings = yaml.safe_load(data)
    except (yaml.YAMLError, RecursionError, ValueError):
        return  # reported by the commands as they are
    TrainConfig.from_profile("cnn", settings)


def run_record(data: bytes) -> None:
    """The folder of a run and its protocols: every file, and the weights."""
    _write_with_one_replaced(_run_files(), data)
    with _small_models():
        Run.open((FOLDER / next(iter(_run_files()))).parent).check()


def run_archive(data: bytes) -> None:
    """A file of exported runs."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    path = _file(data)
    with _small_models():
        import_runs(path, FOLDER / "imported")
        import_runs(path, FOLDER / "imported")  # the same runs exist already


def detector_card(data: bytes) -> None:
    """The card and the weights of a detector, and a prediction with them."""
    _write_with_one_replaced(_detector_files(), data)
    clip = _file(_clip("WAV PCM_16", n_samples=8_000), "clip")
    with _small_models():
        detector = Detector.load(FOLDER)
        describe_detector(detector)
        format_prediction(predict_clip(clip, detector))


def sound(data: bytes) -> None:
    """A clip, decoded at once, in blocks, and as far as it can be."""
    path = _file(data)
    whole = Completeness()
    _read_each_way(
        lambda: load(path),
        lambda: list(iter_blocks(path, max_in_memory=0)),
        lambda: list(iter_blocks(path, completeness=whole)),
    )
    assert np.isfinite(whole.announced)


PROTOCOL = b"S1 U1 - - bonafide\nS2 U2 - A01 spoof\n"
SCORES = [
    b"U1 - bonafide 1.5\nU2 A01 spoof -2\n",
    b"S1 U1 - - bonafide 1.5\nS2 U2 - A01 spoof -2\n",
    b"U1 1.5\nU2 -2e300\n",
    b"utt_id,label,score\nU1,bonafide,1.5\nU2,spoof,-2\n",
    b"utt_id,label_int,score\nU1,0,1.5\nU2,1,-2\n",
]
LEARNED_FROM = {"title": "noise", "caveat": "", "n_train": 12}
METADATA = {"model": "cnn", "frontend": "logmel", "calibrated_on": "dev"}
FITTED = {"slope": 1.0, "intercept": 0, "n_bonafide": 1, "n_spoof": 1}
CARD_SEED = {"metadata": METADATA | {"corpus": LEARNED_FROM}, "calibration": FITTED}


@cache
def _detector_files() -> dict[str, bytes]:
    with _small_models():
        weights = save(models.build("cnn").state_dict())
    return {CARD: json.dumps(CARD_SEED).encode(), WEIGHTS: weights}


@cache
def _run_files() -> dict[str, bytes]:
    """Name below a folder of runs -> content: a run's files, then its protocols."""
    trials = read_protocol(_file(PROTOCOL, "protocol"))
    config = TrainConfig.for_model("cnn", epochs=3)
    epoch = {"epoch": 0, "loss": 0.5, "val_loss": 0.5, "val_macro_f1": 0.5}
    with tempfile.TemporaryDirectory() as folder, _small_models():
        run = Run(
            path=run_path(folder, "noise-0", config, 0),
            config=config,
            seed=0,
            corpus={"id": "noise-0", "trials": {"dev": 2, "eval": 2}},
            regression_scores={"untrained": [0.5], "trained": [0.5]},
            best_epoch=0,
            history=pd.DataFrame([{**epoch, "seconds": 1.0}]),
            environment={"python": "", "device": "", "packages": {}, "seconds": 1},
        )
        scores = dict.fromkeys(("dev", "eval"), trials.assign(score=[1.5, -2.0]))
        write_run(run, scores, models.build("cnn"), run.path)
        for partition in ("dev", "eval"):
            write_protocol(Path(folder, "noise-0", protocol_name(partition)), trials)
        found = sorted(Path(folder).rglob("*.*"), key=lambda p: (-len(p.parts), p))
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in _run_files().items():
            archive.writestr(name, data)
    return file.getvalue()


@cache
def _clip(kind: str, *, n_samples: int = 800) -> bytes:
    file, (container, subtype) = io.BytesIO(), kind.split()
    soundfile.write(file, voice(n_samples / 16_000), 16_000, subtype, None, container)
    return file.getvalue()


CLIPS = "WAV PCM_16,WAV GSM610,FLAC PCM_16,MP3 MPEG_LAYER_III,OGG VORBIS,OGG OPUS"
CLIPS += ",AIFF PCM_24,CAF PCM_16,W64 PCM_16"


# Name -> reader, and inputs that it accepts, which mutation starts from.
READERS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    "protocol": (protocol, lambda: [PROTOCOL]),
    "scores": (scores, lambda: SCORES),
    "asv_scores": (asv_scores, lambda: [b"bonafide target 1.5\nA07 spoof -2\n"]),
    "config": (config, lambda: [b"cnn: {epochs: 3, lr: 0.001, schedule: cosine}\n"]),
    "run_record": (run_record, lambda: _each_as_input(_run_files())),
    "run_archive": (run_archive, lambda: [_archive()]),
    "detector_card": (detector_card, lambda: _each_as_input(_detector_files())),
    "sound": (sound, lambda: [_clip(kind) for kind in CLIPS.split(",")]),
    "joined": (sound, lambda: [2 * _clip(kind) for kind in CLIPS.split(",")]),
}
