"""Scores of a partition: a model and features in, one score a trial out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof.conventions import BONAFIDE, SPOOF
from antispoof.errors import ScoreError
from antispoof.features import FeatureSet
from antispoof.scoring.devices import best_device, exact_float32

BATCH = 64


def logits(
    model: nn.Module, features: FeatureSet, *, device: torch.device | None = None
) -> np.ndarray:
    """Float32 logits (n, 2) of every trial, in order; the model is set to eval mode.

    Streams batch by batch, so memory does not grow with the partition.
    """
    device = device or best_device()
    model = model.to(device, memory_format=torch.channels_last).eval()
    parts = [np.empty((0, 2), np.float32)]
    with torch.inference_mode(), exact_float32():
        for start in range(0, len(features), BATCH):
            x = features.tensor(slice(start, start + BATCH)).to(device)
            x = x.contiguous(memory_format=torch.channels_last)
            parts.append(model(x).float().cpu().numpy())
    return np.concatenate(parts)


def score(
    model: nn.Module, features: FeatureSet, *, device: torch.device | None = None
) -> pd.DataFrame:
    """Score every trial: a frame of ``utt_id``, ``attack``, ``label``, ``score``.

    The score is the difference of the two logits: log-odds of bona fide.

    Raises
    ------
    ScoreError
        If a score is not finite (training has diverged).
    """
    z = logits(model, features, device=device)
    frame = features.trials[["utt_id", "attack", "label"]].copy()
    frame["score"] = z[:, BONAFIDE] - z[:, SPOOF]
    broken = ~np.isfinite(frame["score"].to_numpy())
    if broken.any():
        raise ScoreError(
            f"{broken.sum()} of {len(frame)} scores are not finite, the first of"
            f" {frame['utt_id'][broken].iloc[0]}: the model has diverged"
        )
    return frame
