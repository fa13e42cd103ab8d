"""What reads a stranger's bytes, and bytes to begin with.

Each reader takes bytes and may raise nothing but an AntispoofError. `test_hostile.py`
gives each some dozens of inputs; `fuzz.py` (`make fuzz`) gives each thousands.

Where several files belong together, the first byte says which of them the rest is; the
others are as they should be, so that reading goes on behind the damaged one. Their
model is a very small one, or hardly a byte of its weights would ever be changed.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from unittest import mock

import av
import numpy as np
import soundfile

from antispoof.audio import info, load, load_mono_16k

FOLDER = Path(tempfile.gettempdir()) / f"antispoof-hostile-{os.getpid()}"


def _file(data: bytes, name: str = "input") -> Path:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _one_replaced(files: dict[str, bytes], data: bytes) -> dict[str, bytes]:
    """The files, that one which the first byte means replaced by the other bytes."""
    which = list(files)[data[0] % len(files)] if data else next(iter(files))
    return {**files, which: data[1:]}


def _each_as_input(files: dict[str, bytes]) -> list[bytes]:
    return [bytes([number]) + data for number, data in enumerate(files.values())]


@contextmanager
def _small_models() -> Iterator[None]:
    """Let ``cnn`` be a model of four numbers, and clips a third of a second long."""
    from torch import nn

    from antispoof.frontends import FRONTENDS, LogMel
    from antispoof.models import MODELS

    def small() -> nn.Module:
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))

    with (
        mock.patch.dict(MODELS, cnn=small),
        mock.patch.dict(FRONTENDS, logmel=partial(LogMel, n_samples=5_200)),
    ):
        yield


def protocol(data: bytes) -> None:
    """A protocol."""
    from antispoof.corpora import read_protocol

    read_protocol(_file(data))


def scores(data: bytes) -> None:
    """A score file, by itself and against a protocol."""
    from antispoof.corpora import read_protocol
    from antispoof.errors import AntispoofError
    from antispoof.scoring.score_files import ReversedScoresWarning, read_scores

    trials = read_protocol(_file(PROTOCOL, "protocol"))
    path = _file(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReversedScoresWarning)
        for known in (None, trials):
            try:
                read_scores(path, known)
            except AntispoofError:
                continue


def asv_scores(data: bytes) -> None:
    """Speaker verification scores."""
    from antispoof.scoring.score_files import read_asv_scores

    read_asv_scores(_file(data))


def config(data: bytes) -> None:
    """Settings of a config, as a profile has them."""
    import yaml

    from antispoof.config import TrainConfig

    try:
        settings = yaml.safe_load(data)
    except (yaml.YAMLError, RecursionError, ValueError):
        return  # PyYAML's own words, which the commands pass on
    TrainConfig.from_profile("cnn", settings)


def run_record(data: bytes) -> None:
    """A run's folder and its protocols: all that is told of it, and its weights."""
    from antispoof.runs import Run, pack

    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, content in _one_replaced(_run_files(), data).items():
        _file(content, name)
    path = FOLDER / next(iter(_run_files()))
    with _small_models():
        pack([Run.open(path.parent)], FOLDER / "again.zip")  # packing reads it all


def run_pack(data: bytes) -> None:
    """A file of packed runs."""
    from antispoof.runs import unpack

    shutil.rmtree(FOLDER, ignore_errors=True)
    path = _file(data)
    with _small_models():
        unpack(path, FOLDER / "arrived")
        unpack(path, FOLDER / "arrived")  # what came meets itself


def packed_member(data: bytes) -> None:
    """A member of a file of packed runs, whose manifest has its right hash."""
    from antispoof.runs.transfer import MANIFEST

    # Without a manifest in the place of a member, one is made that fits.
    run_pack(_archive(_one_replaced({**_run_files(), MANIFEST: b""}, data)))


def detector_card(data: bytes) -> None:
    """A detector's card and weights, and what is said of a clip by them."""
    from antispoof.inference import (
        Detector,
        describe_detector,
        format_prediction,
        predict_clip,
    )

    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, content in _one_replaced(_detector_files(), data).items():
        _file(content, name)
    clip = _file(_clip("WAV", "PCM_16", n_samples=8_000), "clip")
    with _small_models():
        detector = Detector.load(FOLDER)
        describe_detector(detector)
        format_prediction(predict_clip(clip, detector))


def sound(data: bytes) -> None:
    """A clip: its header, the whole, and piece by piece."""
    from antispoof.audio import iter_blocks
    from antispoof.errors import AntispoofError

    path = _file(data)
    for read in (info, load_mono_16k, lambda p: list(iter_blocks(p, max_in_memory=0))):
        try:
            load(path)
        except AntispoofError:
            continue


PROTOCOL = b"S1 U1 - - bonafide\nS2 U2 - A01 spoof\n"
CARD_SEED = {
    "format": 2,
    "metadata": {
        "model": "cnn",
        "frontend": "logmel",
        "corpus": {"title": "noise", "caveat": "", "n_train": 12},
        "calibrated_on": "dev",
    },
    "calibration": {"slope": 1.0, "intercept": 0, "n_bonafide": 1, "n_spoof": 1},
}


@cache
def _detector_files() -> dict[str, bytes]:
    from antispoof.inference.detector import CARD, WEIGHTS

    return {CARD: json.dumps(CARD_SEED).encode(), WEIGHTS: _small_weights()}


def _small_weights() -> bytes:
    from safetensors.torch import save

    from antispoof import models

    with _small_models():
        return save(models.build("cnn").state_dict())


@cache
def _run_files() -> dict[str, bytes]:
    """A run's files and its protocols, by name below a folder of runs."""
    import pandas as pd

    from antispoof import models
    from antispoof.config import TrainConfig
    from antispoof.corpora import read_protocol, write_protocol
    from antispoof.runs.record import protocol_name, run_path, write_run

    config = TrainConfig.for_model("cnn", epochs=3)
    with tempfile.TemporaryDirectory() as folder, _small_models():
        path = run_path(folder, "mini-0", config, 0)
        path.mkdir(parents=True)
        protocol = Path(folder, "protocol")
        protocol.write_bytes(PROTOCOL)
        trials = read_protocol(protocol)
        protocol.unlink()
        epoch = {"loss": 0.5, "val_loss": 0.5, "val_macro_f1": 0.5}
        write_run(
            path,
            config=config,
            seed=0,
            corpus={"id": "mini-0", "kind": "mini", "trials": {"dev": 2, "eval": 2}},
            code="0",
            canary={"untrained": [0.5], "trained": [0.5]},
            best_epoch=0,
            history=pd.DataFrame([{"epoch": 0, **epoch, "seconds": 1.0}]),
            scores=dict.fromkeys(("dev", "eval"), trials.assign(score=[1.5, -2.0])),
            environment={"python": "", "device": "", "packages": {}, "seconds": 1},
            model=models.build("cnn"),
        )
        for partition in ("dev", "eval"):
            write_protocol(Path(folder, "mini-0", protocol_name(partition)), trials)
        # Files of the run first.
        found = sorted(Path(folder).rglob("*.*"), key=lambda p: (-len(p.parts), p))
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def _manifest(members: dict[str, bytes]) -> bytes:
    from antispoof.runs.transfer import FORMAT

    hashes = {name: sha256(data).hexdigest() for name, data in members.items()}
    return json.dumps({"format": FORMAT, "sha256": hashes}).encode()


def _archive(members: dict[str, bytes]) -> bytes:
    """A file of packed runs; its manifest fits the other members unless it is given."""
    from antispoof.runs.transfer import MANIFEST

    others = {name: data for name, data in members.items() if name != MANIFEST}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, members.get(MANIFEST) or _manifest(others))
        for name, data in others.items():
            archive.writestr(name, data)
    return file.getvalue()


def _noise(n_samples: int) -> np.ndarray:
    drawn = np.random.default_rng(1).integers(-9_000, 9_000, n_samples)
    return drawn.astype(np.int16)


@cache
def _clip(container: str, subtype: str, *, n_samples: int = 800) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, _noise(n_samples), 16_000, format=container, subtype=subtype)
    return file.getvalue()


def _clips() -> list[bytes]:
    clips = [
        _clip("WAV", "PCM_16"),
        _clip("WAV", "GSM610"),
        _clip("FLAC", "PCM_16"),
        _clip("MP3", "MPEG_LAYER_III"),
        _clip("OGG", "VORBIS"),
        _clip("OGG", "OPUS"),
        _clip("AIFF", "PCM_24"),
    ]
    for container, codec in (("ipod", "aac"), ("webm", "libopus")):
        file = io.BytesIO()
        with av.open(file, "w", format=container) as out:
            stream = out.add_stream(codec, rate=48_000, layout="mono")
            noise = _noise(800)[None]
            frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
            frame.rate = 48_000
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                out.mux(packet)
        clips.append(file.getvalue())
    return clips


# Reader -> inputs that it accepts, or nearly, for mutation to start from.
READERS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    "protocol": (protocol, lambda: [PROTOCOL]),
    "scores": (
        scores,
        lambda: [
            b"U1 - bonafide 1.5\nU2 A01 spoof -2\n",
            b"S1 U1 - - bonafide 1.5\nS2 U2 - A01 spoof -2\n",
            b"U1 1.5\nU2 -2e300\n",
            b"utt_id,label,score\nU1,bonafide,1.5\nU2,spoof,-2\n",
            b"utt_id,label_int,score\nU1,0,1.5\nU2,1,-2\n",
        ],
    ),
    "asv_scores": (asv_scores, lambda: [b"bonafide target 1.5\nA07 spoof -2\n"]),
    "config": (config, lambda: [b"cnn: {epochs: 3, lr: 0.001, schedule: cosine}\n"]),
    "run_record": (run_record, lambda: _each_as_input(_run_files())),
    "run_pack": (run_pack, lambda: [_archive(_run_files())]),
    "packed_member": (
        packed_member,
        lambda: _each_as_input({**_run_files(), "": _manifest(_run_files())}),
    ),
    "detector_card": (detector_card, lambda: _each_as_input(_detector_files())),
    "sound": (sound, _clips),
}
