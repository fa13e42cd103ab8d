"""Batches of features: from the cache, or from augmented waveforms.

Without waveform augmentation, batches come from the cached features, read ahead by a
thread. With waveform augmentation, worker processes decode, augment and compute
features clip by clip. What is drawn depends only on seed, epoch and row, so training is
reproducible with any number of workers.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from joblib import cpu_count
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from antispoof import audio, augment, frontends
from antispoof.audio.silence import TREATMENTS
from antispoof.config import TrainConfig
from antispoof.frontends import FeatureSet
from antispoof.frontends.cache import compute_features
from antispoof.plugins import load_plugins

PREFETCH = 3  # batches that are read before they are needed
MAX_WORKERS = 8  # processes that augment


def cached_batches(
    features: FeatureSet, indices: Iterable[np.ndarray | slice], device: torch.device
) -> Iterator[Tensor]:
    """Float32 batches (n, 1, n_rows, n_frames), channels last, one per index.

    A thread reads them ahead.
    """

    def read(index: np.ndarray | slice) -> Tensor:
        x = features.read_fp16(index)
        return x.pin_memory() if device.type == "cuda" else x

    waiting: deque = deque()
    with ThreadPoolExecutor(1) as reader:
        for index in indices:
            waiting.append(reader.submit(read, index))
            if len(waiting) > PREFETCH:
                yield _to_device(waiting.popleft().result(), device)
        while waiting:
            yield _to_device(waiting.popleft().result(), device)


def training_batches(
    features: FeatureSet,
    config: TrainConfig,
    indices: list[np.ndarray],
    device: torch.device,
    *,
    seed: int,
    epoch: int,
) -> Iterator[Tensor]:
    """Batches as `cached_batches` gives them, augmented as a configuration says.

    Parameters
    ----------
    features : the training trials; waveforms are read from their ``path``.
    seed, epoch : of the augmentation.
    """
    kinds = {augment.AUGMENTATIONS[name].info["on"] for name in config.augment}
    if "waveform" in kinds:
        batches = DataLoader(
            _AugmentedClips(features, config, [seed, epoch]),
            batch_sampler=[index.tolist() for index in indices],
            num_workers=min(cpu_count(), MAX_WORKERS),
            pin_memory=device.type == "cuda",
            worker_init_fn=_load_plugins,
        )
    else:
        batches = cached_batches(features, indices, device)
    for index, x in zip(indices, batches, strict=True):
        if "features" in kinds:
            clips = []
            for clip, row in zip(x.float().cpu().numpy(), index, strict=True):
                rng = np.random.default_rng([seed, epoch, row, 1])
                p = config.augment_probability
                clips.append(augment.apply(config.augment, clip, rng, p, on="features"))
            x = torch.from_numpy(np.stack(clips))
        yield _to_device(x, device)


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
        # float16, like the cache.
        return compute_features(self.frontend, waveform, self.paths[row]).half()


def _to_device(x: Tensor, device: torch.device) -> Tensor:
    x = x.to(device, non_blocking=True).float()
    return x.contiguous(memory_format=torch.channels_last)
