"""A front-end, a model, an augmentation, a corpus and a metric in one file.

    antispoof --plugin examples.every_part train --frontend energy --model linear \
        --augment quiet --corpus FOLDER

Each is as small as it can be: copy what you need, and write your own in its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof.augment import register_augmentation
from antispoof.corpora import Corpus, register_corpus
from antispoof.frontends import register_frontend
from antispoof.metrics import METRICS, Metric
from antispoof.models import register_model


@register_frontend("energy", title="energy")
class Energy(nn.Module):
    """Log of the power of ten frames of 10 ms."""

    settings: ClassVar = {"frame": 160}
    n_samples, hop_length, shape = 1_600, 160, (1, 1, 10)
    row_frequencies = np.array([np.nan])

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """Waveforms (n, samples) of any length; features (n, 1, 1, 10)."""
        clip = nn.functional.pad(waveform[:, :1_600], (0, 1_600))[:, :1_600]
        return clip.unflatten(1, (10, 160)).square().mean(2)[:, None, None].log1p()


@register_model("linear", title="Linear model", lr=0.01)
class Linear(nn.Module):
    """One layer on ten numbers."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(10, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features (n, 1, 1, 10); logits (n, 2) of spoof and bona fide."""
        return self.layer(x.flatten(1))


@register_augmentation("quiet", title="quieter")
def quiet(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half as loud."""
    return waveform * np.float32(0.5)


@register_corpus("flat_folder", title="Flat folder", layout="clips and labels.csv")
def read(root: Path) -> Corpus | None:
    """A folder of FLACs with a table; None for a folder of something else."""
    if not (root / "labels.csv").is_file():
        return None
    table = pd.read_csv(root / "labels.csv", keep_default_na=False, dtype=str)
    table["path"] = [str(root / name) for name in table["utt_id"] + ".flac"]
    return Corpus(name="flat", title="a flat folder", root=root, trials=table)


def mean_gap(scores: np.ndarray, labels: np.ndarray) -> float:
    """Mean score of bona fide clips minus that of fakes."""
    scores, labels = np.asarray(scores), np.asarray(labels)
    return float(scores[labels == 1].mean() - scores[labels == 0].mean())


METRICS["mean_gap"] = Metric("mean gap", mean_gap, bounded=False)
