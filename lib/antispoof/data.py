"""Batches of features: from the cache, or from augmented waveforms.

Without waveform augmentation, batches come from the cached features, read ahead by a
thread. With waveform augmentation, worker processes decode, augment and compute
features clip by clip. What is drawn depends only on seed, epoch and row, so training is
reproducible with any number of workers.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from antispoof import audio, augment, frontends
from antispoof.audio.silence import TREATMENTS
from antispoof.config import TrainConfig
from antispoof.frontends import FeatureSet
from antispoof.plugins import load_plugins

PREFETCH = 3  # batches that are read before they are needed
MAX_WORKERS = 8  # processes that augment


class Batches:
    """Batches of cached features on a device, read ahead by a thread."""

    def __init__(self, features: FeatureSet, device: torch.device) -> None:
        self.features, self.device = features, device

    def stream(self, indices: Iterable[np.ndarray | slice]) -> Iterator[Tensor]:
        """Float32 batches (n, 1, n_rows, n_frames), channels last, one per index."""
        waiting: deque = deque()
        with ThreadPoolExecutor(1) as reader:
            for index in indices:
                waiting.append(reader.submit(self._read, index))
                if len(waiting) > PREFETCH:
                    yield _to_device(waiting.popleft().result(), self.device)
            while waiting:
                yield _to_device(waiting.popleft().result(), self.device)

    def _read(self, index: np.ndarray | slice) -> Tensor:
        x = self.features.read_fp16(index)
        return x.pin_memory() if self.device.type == "cuda" else x


class TrainingBatches:
    """Batches of training clips, augmented as a configuration says.

    Parameters
    ----------
    features : the training trials; waveforms are read from their ``path``.
    seed : of the augmentation.
    """

    def __init__(
        self, features: FeatureSet, config: TrainConfig, device: torch.device, seed: int
    ) -> None:
        self.features, self.config, self.device = features, config, device
        self.seed = seed
        kinds = {augment.AUGMENTATIONS[name].info["on"] for name in config.augment}
        self.cached = None if "waveform" in kinds else Batches(features, device)
        self.augments_features = "features" in kinds

    def stream(self, indices: list[np.ndarray], *, epoch: int) -> Iterator[Tensor]:
        """Float32 batches (n, 1, n_rows, n_frames), channels last, one per index."""
        if self.cached is not None:
            batches = self.cached.stream(indices)
        else:
            batches = DataLoader(
                _AugmentedClips(self.features, self.config, [self.seed, epoch]),
                batch_sampler=[index.tolist() for index in indices],
                num_workers=min(_n_cores(), MAX_WORKERS),
                pin_memory=self.device.type == "cuda",
                worker_init_fn=_load_plugins,
            )
        for index, x in zip(indices, batches, strict=True):
            if self.augments_features:
                x = self._augment_features(x, index, epoch)
            yield _to_device(x, self.device)

    def _augment_features(self, x: Tensor, index: np.ndarray, epoch: int) -> Tensor:
        config, clips = self.config, []
        for clip, row in zip(x.float().cpu().numpy(), index, strict=True):
            rng = np.random.default_rng([self.seed, epoch, row, 1])
            p = config.augment_probability
            clips.append(augment.apply(config.augment, clip, rng, p, on="features"))
        return torch.from_numpy(np.stack(clips))


def _load_plugins(_worker: int) -> None:
    load_plugins()  # a spawned worker knows only what it imports


class _AugmentedClips(Dataset):
    """Features (1, n_rows, n_frames) of one clip, decoded and augmented on demand."""

    def __init__(
        self, features: FeatureSet, config: TrainConfig, seed: list[int]
    ) -> None:
        self.paths = features.trials["path"].tolist()
        self.config, self.seed = config, seed
        self.frontend = frontends.build(config.frontend)
        self.treat = TREATMENTS[config.silence]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, row: int) -> Tensor:
        names, probability = self.config.augment, self.config.augment_probability
        rng = np.random.default_rng([*self.seed, row])
        waveform = self.treat(audio.load_mono_16k(self.paths[row]))
        waveform = augment.apply(names, waveform, rng, probability)
        with torch.inference_mode():
            # float16, like the cache.
            return self.frontend(torch.from_numpy(waveform)[None])[0].half()


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # fewer than cpu_count() in a container
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _to_device(x: Tensor, device: torch.device) -> Tensor:
    x = x.to(device, non_blocking=True).float()
    return x.contiguous(memory_format=torch.channels_last)
