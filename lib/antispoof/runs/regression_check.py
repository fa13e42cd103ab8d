"""The canary: a few training steps on made-up clips, whose scores tell behaviour.

A recorded run stays good through refactorings as long as its config still *does* the
same. The canary runs the real front-end, the real loop and the real scoring on a
fixed batch of noise; its scores move when numerics move, and only then. Dropout alone
is made anew here, since PyTorch's draws other masks in each version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from unittest import mock

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof import models
from antispoof.config import TrainConfig
from antispoof.constants import LABELS, NO_ATTACK
from antispoof.errors import RunError
from antispoof.frontends import FeatureSet, build
from antispoof.scoring import score
from antispoof.training import fit

N_CLIPS = 4
N_FRAMES = 65  # enough to reach every layer, short enough to be sung at each build
N_STEPS = 2
# Processors round apart: hardly visible before training, but Adam's first steps go
# by the sign of each gradient and magnify it.
TOLERANCE = {"untrained": 0.002, "trained": 0.02}

Song = dict[str, list[float]]


def sing(config: TrainConfig) -> Song:
    """Scores of the fixed batch, on the CPU in float32.

    Returns
    -------
    ``untrained`` -> scores of the freshly initialised model, ``trained`` -> scores
    after two training steps and the held-out loss after each of them.
    """
    short = replace(
        config,
        epochs=N_STEPS,
        batch_size=N_CLIPS,
        precision="fp32",
        patience=0,
        schedule="constant",
        warmup_epochs=0,
    )
    clips = _clips(config.frontend)
    random = torch.get_rng_state()
    torch.manual_seed(0)
    before = _scores(models.build(config.model), clips)
    with mock.patch("torch.nn.functional.dropout", _dropout):
        fitted = fit(short, clips, clips, seed=0, cpu=True)
    torch.set_rng_state(random)
    after = _scores(fitted.model, clips) + list(fitted.history["val_loss"])
    return {
        "untrained": [round(x, 6) for x in before],
        "trained": [round(x, 6) for x in after],
    }


def matches(recorded: Song, now: Song) -> bool:
    """Whether two canaries agree within what processors round differently.

    Raises
    ------
    RunError
        If a recorded canary is not what `sing` returns.
    """
    if set(recorded) != set(TOLERANCE):
        raise RunError(
            f"a canary has the parts {', '.join(TOLERANCE)}, not {', '.join(recorded)}"
        )
    return all(_agree(recorded[part], now[part], TOLERANCE[part]) for part in TOLERANCE)


def _agree(one: Sequence[float], other: Sequence[float], tolerance: float) -> bool:
    a, b = np.asarray(one, float), np.asarray(other, float)
    return a.shape == b.shape and bool(np.abs(a - b).max() <= tolerance * abs(a).max())


def _dropout(
    x: torch.Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> torch.Tensor:
    # PyTorch's own draws other masks in 2.6 than in 2.11; uniform numbers are the same.
    return x * (torch.rand_like(x) >= p) / (1 - p) if training else x


def _scores(model: nn.Module, clips: FeatureSet) -> list[float]:
    return score(model, clips, device=torch.device("cpu"))["score"].tolist()


def _clips(frontend: str) -> FeatureSet:
    module = build(frontend)
    random = np.random.default_rng(2019)
    noise = random.standard_normal((N_CLIPS, module.n_samples))
    # Colour tells the classes apart, so that the steps have something to learn.
    noise[::2] = np.cumsum(noise[::2], axis=1) / 20
    with torch.inference_mode():
        features = module(torch.from_numpy(noise.astype(np.float32)))
    labels = [LABELS[i % 2] for i in range(N_CLIPS)]
    trials = pd.DataFrame(
        {
            "utt_id": [f"canary{i}" for i in range(N_CLIPS)],
            "attack": NO_ATTACK,
            "label": labels,
            "partition": "train",
        }
    )
    array = features[..., :N_FRAMES].numpy().astype(np.float16)
    return FeatureSet(trials, array, np.arange(N_CLIPS))
