"""Batches of features: from the cache, or from augmented waveforms.

Threads make them ahead of training. One reads cached batches; as many as there are
cores decode, augment and compute features clip by clip, mostly outside Python's global
lock. What is drawn depends only on seed, epoch and row, so training is reproducible
with any number of threads.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
import torch
from joblib import cpu_count
from threadpoolctl import threadpool_limits
from torch import Tensor

from antispoof import audio, augment, frontends
from antispoof.audio.silence import TREATMENTS
from antispoof.config import TrainConfig
from antispoof.frontends import FeatureSet
from antispoof.frontends.cache import compute_features

PREFETCH = 3  # batches that are made before they are needed


def cached_batches(
    features: FeatureSet, indices: Iterable[np.ndarray | slice], device: torch.device
) -> Iterator[Tensor]:
    """Float32 batches (n, 1, n_rows, n_frames), channels last, one per index.

    A thread reads them ahead.
    """

    def read(index: np.ndarray | slice) -> Tensor:
        x = features.read_fp16(index)
        return x.pin_memory() if device.type == "cuda" else x

    with ThreadPoolExecutor(1) as reader:
        reads = (reader.submit(read, index) for index in indices)
        for x in _begun_ahead(reads, PREFETCH):
            yield _to_device(x, device)


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
        batches = _augmented_batches(features, config, indices, [seed, epoch])
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


def _augmented_batches(
    features: FeatureSet,
    config: TrainConfig,
    indices: list[np.ndarray],
    seed: list[int],
) -> Iterator[Tensor]:
    """Float16 batches, like those of the cache."""
    paths = features.trials["path"].to_numpy()
    frontend = frontends.build(config.frontend)

    def compute(row: int) -> Tensor:
        rng = np.random.default_rng([*seed, row])
        waveform = TREATMENTS[config.silence](audio.load_mono_16k(paths[row]))
        p = config.augment_probability
        waveform = augment.apply(config.augment, waveform, rng, p)
        return compute_features(frontend, waveform, paths[row]).half()

    # Filters use BLAS, whose own threads would compete with these.
    one = threadpool_limits(1, user_api="blas")
    with one, ThreadPoolExecutor(cpu_count()) as pool:
        futures = (pool.submit(compute, row) for index in indices for row in index)
        clips = _begun_ahead(futures, PREFETCH * config.batch_size)
        for index in indices:
            yield torch.stack(list(islice(clips, len(index))))


def _begun_ahead(futures: Iterable[Future], n_ahead: int) -> Iterator[Any]:
    """Results in order; `n_ahead` more are begun before one is waited for."""
    waiting: deque[Future] = deque()
    for future in futures:
        waiting.append(future)
        if len(waiting) > n_ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _to_device(x: Tensor, device: torch.device) -> Tensor:
    x = x.to(device, non_blocking=True).float()
    return x.contiguous(memory_format=torch.channels_last)
