"""From FLAC to log-mel: the feature store beside what others do, on the same clips.

Peers take turns, round by round, so that whatever else the machine does hits them all.
Two rates are kept: by the clock, and by processor time, which a busy machine changes
far less.
"""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import librosa
import numpy as np
import pandas as pd
import soundfile
import torch
import torchaudio
from threadpoolctl import threadpool_limits
from torch.utils.data import DataLoader, Dataset

from antispoof import audio
from antispoof.constants import SAMPLE_RATE
from antispoof.corpora import Corpus
from antispoof.corpora.asvspoof2019 import audio_folder
from antispoof.frontends import LogMel, fix_length, load_features

PARTITION = "train"
LONG = 8  # times that every clip is taken in the long build
SETTINGS = LogMel().settings
N_SAMPLES = SETTINGS["n_samples"]
FRAMES = {name: SETTINGS[name] for name in ("n_fft", "win_length", "hop_length")}


def measure(corpus: Corpus, *, rounds: int) -> list[dict]:
    """One row a peer: ``name``, ``n_clips``, ``clips_per_second``, ``cpu_ms`` a clip.

    Each is the best of all rounds, as ``timeit`` has it: what else a machine does only
    adds. Processor time is that of this process and of those that it began.
    ``store_long`` is the store on every clip eight times over: beginning and ending
    a build take a while, whatever its length.
    """
    paths = corpus.partition(PARTITION)["path"].tolist()
    with tempfile.TemporaryDirectory() as folder:
        long = _repeated(corpus, LONG, Path(folder))
        return _take_turns(corpus, long, paths, rounds)


def _take_turns(
    corpus: Corpus, long: Corpus, paths: Sequence[str], rounds: int
) -> list[dict]:
    peers: dict[str, Callable[[], float | None]] = {
        "librosa_defaults": lambda: _each(_librosa_defaults, paths),
        "librosa": lambda: _each(_librosa, paths),
        "dataloader": lambda: _dataloader(paths),
        "decoding": lambda: _each(audio.load_mono_16k, paths),
        "one_core": lambda: _one_core(paths),
        "store": lambda: _store(corpus),
        "store_long": lambda: _store(long),
    }
    n_clips = {name: len(paths) for name in peers} | {"store_long": LONG * len(paths)}
    clock: dict[str, list[float]] = {name: [] for name in peers}
    processor: dict[str, list[float]] = {name: [] for name in peers}
    _librosa(paths[0]), _librosa_defaults(paths[0])  # they compile at their first call
    # Threads of a matrix product that wait for one another spin, and a busy machine
    # would charge that to librosa.
    with threadpool_limits(1):
        for _ in range(rounds):
            for name, run in peers.items():
                began, used = time.perf_counter(), _processor_seconds()
                seconds = run()
                clock[name].append(seconds or time.perf_counter() - began)
                processor[name].append(_processor_seconds() - used)
    return [
        {
            "name": name,
            "n_clips": n_clips[name],
            "clips_per_second": n_clips[name] / min(clock[name]),
            "cpu_ms": 1e3 * min(processor[name]) / n_clips[name],
        }
        for name in peers
    ]


def _processor_seconds() -> float:
    return sum(os.times()[:4])


def _repeated(corpus: Corpus, times: int, root: Path) -> Corpus:
    """The same sound under more names, as links in an ``LA`` folder of its own."""
    folder = audio_folder(root, PARTITION)
    folder.mkdir(parents=True)
    trials = corpus.partition(PARTITION)
    rows = []
    for copy in range(times):
        named = trials.assign(utt_id=trials["utt_id"] + f"_{copy}")
        named["path"] = [str(folder / f"{utt_id}.flac") for utt_id in named["utt_id"]]
        for link, sound in zip(named["path"], trials["path"], strict=True):
            Path(link).symlink_to(sound)
        rows.append(named)
    return replace(corpus, root=root, trials=pd.concat(rows, ignore_index=True))


def _each(work: Callable[[str], object], paths: Sequence[str]) -> None:
    for path in paths:
        work(path)


def _librosa(path: str) -> np.ndarray:
    """The thesis's settings, as a plain loop has them."""
    waveform, rate = librosa.load(path, sr=SAMPLE_RATE)
    mel = librosa.feature.melspectrogram(
        y=fix_length(waveform, N_SAMPLES),
        sr=rate,
        n_mels=SETTINGS["n_mels"],
        htk=True,
        norm=None,
        **FRAMES,
    )
    return librosa.power_to_db(mel, top_db=SETTINGS["top_db"])


def _librosa_defaults(path: str) -> np.ndarray:
    """What notebooks write: 22 050 Hz, 128 bands."""
    waveform, rate = librosa.load(path)
    waveform = librosa.util.fix_length(waveform, size=N_SAMPLES * rate // SAMPLE_RATE)
    mel = librosa.feature.melspectrogram(y=waveform, sr=rate)
    return librosa.power_to_db(mel, ref=np.max)


class _PerItem(Dataset):
    """Reads and transforms a clip whenever it is asked for it."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.mel = torchaudio.transforms.MelSpectrogram(
            SAMPLE_RATE, n_mels=SETTINGS["n_mels"], **FRAMES
        )
        self.level = torchaudio.transforms.AmplitudeToDB("power", SETTINGS["top_db"])

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        waveform, _ = soundfile.read(self.paths[index], dtype="float32")
        waveform = torch.from_numpy(fix_length(waveform, N_SAMPLES))
        level = self.level(self.mel(waveform))
        return (level - level.mean()) / level.std()


def _dataloader(paths: Sequence[str]) -> float:
    """Seconds for all clips at the pace after the first batch: workers start slowly."""
    batch = 32
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking; that is how notebooks use it
        batches = iter(DataLoader(_PerItem(paths), batch, num_workers=os.cpu_count()))
        next(batches)
        began = time.perf_counter()
        for _ in batches:
            pass
    seconds = time.perf_counter() - began
    return seconds * len(paths) / (len(paths) - batch)


def _one_core(paths: Sequence[str]) -> None:
    """Decoding and front-end alone; nothing is kept."""
    module, threads = LogMel(), torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        _each(
            lambda path: module(torch.from_numpy(audio.load_mono_16k(path))[None]),
            paths,
        )
    torch.set_num_threads(threads)


def _store(corpus: Corpus) -> None:
    """All cores, and everything on disk in the end."""
    with tempfile.TemporaryDirectory() as store:
        load_features(corpus, PARTITION, store=store)
