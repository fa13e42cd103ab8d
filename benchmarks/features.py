"""From FLAC to log-mel: the feature cache compared with common ways, on the same clips.

The ways alternate, round by round, so that other load on the machine affects all of
them. Two rates are recorded: by the wall clock, and by processor time, which a busy
machine changes far less.
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
ROUNDS = 7
LONG = 8  # copies of every clip in the long build
SETTINGS = LogMel().settings
N_SAMPLES = SETTINGS["n_samples"]
FRAMES = {name: SETTINGS[name] for name in ("n_fft", "win_length", "hop_length")}


def measure(corpus: Corpus) -> list[dict]:
    """A row per way: ``name``, ``n_clips``, ``clips_per_second``, ``cpu_ms`` (a clip).

    Each is the best of all rounds, as in ``timeit``: other load only adds. Processor
    time includes child processes. ``store`` is the feature cache; ``store_long`` is the
    same with every clip eight times, because starting and ending take a fixed time.
    """
    paths = corpus.partition(PARTITION)["path"].tolist()
    with tempfile.TemporaryDirectory() as folder:
        long = _repeated(corpus, LONG, Path(folder))
        return _take_turns(corpus, long, paths)


def _take_turns(corpus: Corpus, long: Corpus, paths: Sequence[str]) -> list[dict]:
    ways: dict[str, Callable[[], float | None]] = {
        "librosa_defaults": lambda: _each(_librosa_defaults, paths),
        "librosa": lambda: _each(_librosa, paths),
        "dataloader": lambda: _dataloader(paths),
        "decoding": lambda: _each(audio.load_mono_16k, paths),
        "one_core": lambda: _one_core(paths),
        "store": lambda: _store(corpus),
        "store_long": lambda: _store(long),
    }
    _librosa(paths[0]), _librosa_defaults(paths[0])  # compiled at the first call
    times = []
    # Threads of a matrix product spin while they wait for each other, which would count
    # as processor time of librosa.
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            for name, run in ways.items():
                start, used = time.perf_counter(), _processor_seconds()
                seconds = run() or time.perf_counter() - start
                times.append((name, seconds, _processor_seconds() - used))
    columns = ["name", "seconds", "cpu_seconds"]
    best = pd.DataFrame(times, columns=columns).groupby("name", sort=False).min()
    best["n_clips"] = len(paths)
    best.loc["store_long", "n_clips"] *= LONG
    best["clips_per_second"] = best["n_clips"] / best.pop("seconds")
    best["cpu_ms"] = 1e3 * best.pop("cpu_seconds") / best["n_clips"]
    return best.reset_index().to_dict("records")


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
    """The settings of the thesis in a plain loop."""
    waveform, rate = librosa.load(path, sr=SAMPLE_RATE)
    mel = librosa.feature.melspectrogram(
        y=fix_length(waveform, N_SAMPLES),
        sr=rate,
        n_mels=SETTINGS["n_bands"],
        htk=True,
        norm=None,
        **FRAMES,
    )
    return librosa.power_to_db(mel, top_db=SETTINGS["top_db"])


def _librosa_defaults(path: str) -> np.ndarray:
    """The defaults, as many notebooks use them: 22 050 Hz, 128 bands."""
    waveform, rate = librosa.load(path)
    waveform = librosa.util.fix_length(waveform, size=N_SAMPLES * rate // SAMPLE_RATE)
    mel = librosa.feature.melspectrogram(y=waveform, sr=rate)
    return librosa.power_to_db(mel, ref=np.max)


class _PerItem(Dataset):
    """Reads and transforms a clip on every access."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.mel = torchaudio.transforms.MelSpectrogram(
            SAMPLE_RATE, n_mels=SETTINGS["n_bands"], **FRAMES
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
    """Seconds for all clips at the rate after the first batch: workers start slowly."""
    batch = 32
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about fork; notebooks use it so
        batches = iter(DataLoader(_PerItem(paths), batch, num_workers=os.cpu_count()))
        next(batches)
        start = time.perf_counter()
        for _ in batches:
            pass
    seconds = time.perf_counter() - start
    return seconds * len(paths) / (len(paths) - batch)


def _one_core(paths: Sequence[str]) -> None:
    """Decoding and front-end alone; nothing is written."""
    module, threads = LogMel(), torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        _each(
            lambda path: module(torch.from_numpy(audio.load_mono_16k(path))[None]),
            paths,
        )
    torch.set_num_threads(threads)


def _store(corpus: Corpus) -> None:
    """All cores, and all features on disk at the end."""
    with tempfile.TemporaryDirectory() as folder:
        load_features(corpus, PARTITION, cache_dir=folder)
