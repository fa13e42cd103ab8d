"""The regression check: does today's code still compute what a run's code computed?

A run stays valid as long as the current code reproduces its stored numbers on a small
fixed problem: the probe clip is decoded, changed into a dozen clips, turned into
features, split by speakers, and a model is trained on it for a few steps by the run's
own configuration: front-end, augmentation, schedule, precision, class weights and
checkpoint rule. Dropout is set to 0, because its random masks differ between versions
of PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof import audio, frontends, models
from antispoof.config import TrainConfig
from antispoof.constants import NO_ATTACK
from antispoof.errors import RunError
from antispoof.frontends import FeatureSet
from antispoof.frontends.cache import PROBE_CLIP
from antispoof.scoring.partition import score_partition
from antispoof.training import fit, split_validation

N_EPOCHS = 2
BATCH_SIZE = 3  # so that an epoch has two steps and the schedule matters
LABELS_OF_SPEAKER = ("bonafide", "spoof", "spoof")  # unequal, so that weights matter
MAX_FRAMES = 65  # fast enough to run in every build
# Relative. Processors round differently; Adam's first steps depend on the sign of each
# gradient and magnify that. In bfloat16 the rounding itself is that large.
TOLERANCE = {"untrained": 0.002, "trained": 0.02}
TOLERANCE_BF16 = {"untrained": 0.002, "trained": 0.05}

Scores = dict[str, list[float]]


@lru_cache(maxsize=64)
def compute(config: TrainConfig) -> Scores:
    """Numbers that depend on everything the configuration does; takes about a second.

    Returns
    -------
    ``untrained`` -> scores of the freshly initialised model; ``trained`` -> scores
    after training, then the columns loss, val_loss and val_macro_f1 of its history.
    """
    short = replace(
        config,
        epochs=N_EPOCHS,
        batch_size=BATCH_SIZE,
        # A CPU has no fp16; a GPU would not compute the same numbers everywhere.
        precision="fp32" if config.precision == "fp16" else config.precision,
        warmup_epochs=min(config.warmup_epochs, N_EPOCHS - 1),
    )
    clips = _clips(config)
    train_set, val_set = split_validation(clips, config.n_val_speakers)
    before = torch.get_rng_state()
    torch.manual_seed(0)
    model = models.build(config.model)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    untrained = _scores(model, clips)
    result = fit(short, train_set, val_set, seed=0, model=model, cpu=True)
    torch.set_rng_state(before)
    columns = result.history[["loss", "val_loss", "val_macro_f1"]]
    trained = [*_scores(result.model, clips), *columns.to_numpy().ravel().tolist()]
    return {
        "untrained": [round(x, 6) for x in untrained],
        "trained": [round(x, 6) for x in trained],
    }


def matches(recorded: Scores, config: TrainConfig) -> bool:
    """Whether today's code reproduces recorded numbers within the tolerance.

    Raises
    ------
    RunError
        If `recorded` is not what `compute` returns.
    """
    if set(recorded) != set(TOLERANCE):
        raise RunError(
            f"a regression check has the parts {', '.join(TOLERANCE)}, not"
            f" {', '.join(recorded)}"
        )
    tolerance = TOLERANCE_BF16 if config.precision == "bf16" else TOLERANCE
    now = compute(config)
    return all(_agree(recorded[part], now[part], tolerance[part]) for part in TOLERANCE)


def _agree(first: Sequence[float], second: Sequence[float], tolerance: float) -> bool:
    a, b = np.asarray(first, float), np.asarray(second, float)
    return a.shape == b.shape and bool(np.abs(a - b).max() <= tolerance * abs(a).max())


def _scores(model: nn.Module, clips: FeatureSet) -> list[float]:
    return score_partition(model, clips, device=torch.device("cpu"))["score"].tolist()


def _clips(config: TrainConfig) -> FeatureSet:
    """Twelve clips and more, made of the probe clip; three per speaker."""
    frontend = frontends.build(config.frontend)
    speech = audio.load_mono_16k(PROBE_CLIP)
    rng = np.random.default_rng(2019)
    waveforms, rows = [], []
    for speaker in range(2 + config.n_val_speakers):
        for label in LABELS_OF_SPEAKER:
            clip = np.roll(speech, rng.integers(len(speech)))
            noise = 0.01 * rng.standard_normal(len(clip))
            # Noise of another colour makes the classes different.
            clip = clip + (noise if label == "bonafide" else np.cumsum(noise) / 20)
            waveforms.append(clip.astype(np.float32))
            attack = NO_ATTACK if label == "bonafide" else "A01"
            rows.append((f"clip{len(rows)}", f"speaker{speaker}", attack, label))
    with torch.inference_mode():
        features = frontend(torch.from_numpy(np.stack(waveforms)))
    trials = pd.DataFrame(rows, columns=["utt_id", "speaker", "attack", "label"])
    trials = trials.assign(partition="train", path=str(PROBE_CLIP))
    array = features[..., :MAX_FRAMES].numpy().astype(np.float16)
    return FeatureSet(trials, array, np.arange(len(trials)))
