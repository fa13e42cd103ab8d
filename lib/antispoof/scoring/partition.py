"""Scores of a partition: a model and features in, one score a trial out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.data import Batches
from antispoof.devices import best_device, disable_tf32
from antispoof.errors import ScoreError
from antispoof.frontends import FeatureSet
from antispoof.scoring.partial import PartialLogits, key_of

BATCH = 64
BLOCK = 8 * BATCH  # trials that a killed scoring loses at most

Progress = Callable[[int, int], None]


def logits(
    model: nn.Module,
    features: FeatureSet,
    *,
    device: torch.device | None = None,
    partial: Path | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Float32 logits (n, 2) of every trial, in order; the model is set to eval mode.

    Streams batch by batch, so memory does not grow with the partition.

    Parameters
    ----------
    partial : file that an interrupted scoring goes on from. Batches begin where they
        would have begun, so the logits are those of an uninterrupted one.
    progress : called with (trials done, trials in all).
    """
    device = device or best_device()
    n = len(features)
    blocks = [np.empty((0, 2), np.float32)]
    with ExitStack() as stack:
        kept = None
        if partial is not None:
            kept = PartialLogits(partial, key_of(model, features), n, BLOCK)
            stack.enter_context(closing(kept))
            blocks += kept.blocks
        model = model.to(device, memory_format=torch.channels_last).eval()
        stack.enter_context(torch.inference_mode())
        stack.enter_context(disable_tf32())
        spans = [
            slice(start, min(start + BATCH, n))
            for start in range(sum(map(len, blocks)), n, BATCH)
        ]
        # Each clip is needed once: nothing is gained by keeping them on the device.
        stream = Batches(features, device, resident=False).stream(spans)
        fresh: list[torch.Tensor] = []
        for span, x in zip(spans, stream, strict=True):
            fresh.append(model(x).float())
            if span.stop % BLOCK and span.stop < n:
                continue  # a GPU that is asked for every batch would wait for us
            blocks.append(torch.cat(fresh).cpu().numpy())
            fresh.clear()
            if kept is not None:
                kept.append(blocks[-1])
            if progress is not None:
                progress(span.stop, n)
    return np.concatenate(blocks)


def score(
    model: nn.Module,
    features: FeatureSet,
    *,
    device: torch.device | None = None,
    partial: Path | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Score every trial: a frame of ``utt_id``, ``attack``, ``label``, ``score``.

    The score is the difference of the two logits: log-odds of bona fide. `partial`
    and `progress` are those of :func:`logits`.

    Raises
    ------
    ScoreError
        If a score is not finite (training has diverged).
    """
    z = logits(model, features, device=device, partial=partial, progress=progress)
    return scores_frame(z, features)


def scores_frame(z: np.ndarray, features: FeatureSet) -> pd.DataFrame:
    """The frame of scores that :func:`score` gives, of logits (n, 2)."""
    frame = features.trials[["utt_id", "attack", "label"]].copy()
    frame["score"] = z[:, BONAFIDE] - z[:, SPOOF]
    broken = ~np.isfinite(frame["score"].to_numpy())
    if broken.any():
        raise ScoreError(
            f"{broken.sum()} of {len(frame)} scores are not finite, the first of"
            f" {frame['utt_id'][broken].iloc[0]}: the model has diverged"
        )
    return frame


def shard(features: FeatureSet, part: int, parts: int) -> FeatureSet:
    """The `part`-th (from 1) of `parts` contiguous pieces, of nearly equal size.

    Pieces begin where a batch of the whole begins, so that their scores, put together
    in order, are those of the whole to the last bit.
    """
    n_batches = -(-len(features) // BATCH)
    first, stop = (n_batches * i // parts * BATCH for i in (part - 1, part))
    rows = np.arange(len(features))
    return features.subset((rows >= first) & (rows < stop))
