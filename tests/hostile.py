"""What reads a stranger's bytes, and bytes to begin with.

Each reader takes bytes and may raise nothing but an AntispoofError. `test_hostile.py`
gives each some dozens of inputs; `fuzz.py` (`make fuzz`) gives each thousands.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import soundfile

FOLDER = Path(tempfile.gettempdir()) / f"antispoof-hostile-{os.getpid()}"


def _file(data: bytes, name: str = "input") -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / name
    path.write_bytes(data)
    return path


def protocol(data: bytes) -> None:
    """A protocol."""
    from antispoof.corpus import read_protocol

    read_protocol(_file(data))


def scores(data: bytes) -> None:
    """A score file, by itself and against a protocol."""
    from antispoof.corpus import read_protocol
    from antispoof.errors import AntispoofError
    from antispoof.scoring.files import ReversedScoresWarning, read_scores

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
    from antispoof.scoring.files import read_asv_scores

    read_asv_scores(_file(data))


def recipe(data: bytes) -> None:
    """Settings of a recipe, as a profile has them."""
    import yaml

    from antispoof.recipe import Recipe

    try:
        settings = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError):
        return  # PyYAML's own words, which the commands pass on
    Recipe.planned("cnn", settings)


def run_record(data: bytes) -> None:
    """The recipe.json of a run."""
    from antispoof.runs.record import FILES, Run

    for name in FILES:
        _file(data, name)
    Run.open(FOLDER)


def detector_card(data: bytes) -> None:
    """The card of a detector, whose weights are garbage too."""
    from antispoof.checking.detector import CARD, WEIGHTS, Detector

    _file(data, CARD)
    _file(data, WEIGHTS)
    Detector.open(FOLDER)


def sound(data: bytes) -> None:
    """A clip: its header, the whole, and piece by piece."""
    from antispoof.audio import decode, decode_blocks, probe
    from antispoof.errors import AntispoofError

    path = _file(data)
    for read in (probe, decode, lambda p: list(decode_blocks(p, whole=0))):
        try:
            read(path)
        except AntispoofError:
            continue


PROTOCOL = b"S1 U1 - - bonafide\nS2 U2 - A01 spoof\n"
CARD_SEED = {
    "format": 1,
    "origin": {"model": "cnn", "frontend": "logmel"},
    "calibration": {"slope": 1.0, "intercept": 0, "n_bonafide": 1, "n_spoof": 1},
}
RUN_SEED = {
    "format": 1,
    "recipe": {"model": "cnn", "lr": 0.001, "epochs": 3},
    "seed": 0,
    "corpus": {"id": "x", "kind": "mini"},
    "code": "0",
    "canary": {"untrained": [0.5], "trained": [0.5]},
    "best_epoch": 0,
}


def _clips() -> list[bytes]:
    noise = np.random.default_rng(1).integers(-9_000, 9_000, 800).astype(np.int16)
    clips = []
    for container, subtype in (
        ("WAV", "PCM_16"),
        ("WAV", "GSM610"),
        ("FLAC", "PCM_16"),
        ("MP3", "MPEG_LAYER_III"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("AIFF", "PCM_24"),
    ):
        file = io.BytesIO()
        soundfile.write(file, noise, 16_000, format=container, subtype=subtype)
        clips.append(file.getvalue())
    for container, codec in (("ipod", "aac"), ("webm", "libopus")):
        file = io.BytesIO()
        with av.open(file, "w", format=container) as out:
            stream = out.add_stream(codec, rate=48_000, layout="mono")
            frame = av.AudioFrame.from_ndarray(noise[None], format="s16", layout="mono")
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
    "recipe": (recipe, lambda: [b"cnn: {epochs: 3, lr: 0.001, schedule: cosine}\n"]),
    "run_record": (run_record, lambda: [json.dumps(RUN_SEED).encode()]),
    "detector_card": (detector_card, lambda: [json.dumps(CARD_SEED).encode()]),
    "sound": (sound, _clips),
}
