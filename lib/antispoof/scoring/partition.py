"""Scores of a partition: a model and features in, one score per trial out."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.data import cached_batches
from antispoof.devices import best_device, disable_tf32
from antispoof.errors import ScoreError
from antispoof.frontends import FeatureSet

BATCH = 64


def compute_logits(
    model: nn.Module, features: FeatureSet, *, device: torch.device | None = None
) -> np.ndarray:
    """Float32 logits (n, 2) of every trial, in order; the model is set to eval mode.

    Streams batch by batch, so memory does not grow with the partition.
    """
    device = device or best_device()
    n = len(features)
    model = model.to(device, memory_format=torch.channels_last).eval()
    spans = [slice(start, min(start + BATCH, n)) for start in range(0, n, BATCH)]
    found = [torch.empty((0, 2))]
    with torch.inference_mode(), disable_tf32():
        for x in cached_batches(features, spans, device):
            found.append(model(x).float().cpu())
    return torch.cat(found).numpy()


def score_partition(
    model: nn.Module, features: FeatureSet, *, device: torch.device | None = None
) -> pd.DataFrame:
    """Score every trial: a frame of ``utt_id``, ``attack``, ``label``, ``score``.

    The score is the difference of the two logits: log-odds of bona fide.

    Raises
    ------
    ScoreError
        If a score is not finite (training has diverged).
    """
    z = compute_logits(model, features, device=device)
    frame = features.trials[["utt_id", "attack", "label"]].copy()
    frame["score"] = z[:, BONAFIDE] - z[:, SPOOF]
    broken = ~np.isfinite(frame["score"].to_numpy())
    if broken.any():
        raise ScoreError(
            f"{broken.sum()} of {len(frame)} scores are not finite, the first is that"
            f" of {frame['utt_id'][broken].iloc[0]}: the model has diverged"
        )
    return frame
