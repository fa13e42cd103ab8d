"""The regression check: does today's code still compute what a run's code computed?

A run stays valid as long as the current code reproduces its stored numbers on a small
fixed problem. The probe clip is decoded, augmented and turned into features. A dozen
clips of random features are split by speakers, and a model is trained on them for a few
steps. All of it follows the run's configuration.

Three things make the numbers the same on every machine. Random features do not depend
on rounding in the front-end. Dropout is set to 0, because its random masks differ
between versions of PyTorch. The model is trained in float64: in float32, Adam turns the
rounding errors of gradients that should be 0 into full steps, and a ResNet's scores
differ by 30 % between one and two threads.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof import augment, frontends, models
from antispoof.audio.silence import TREATMENTS
from antispoof.config import TrainConfig
from antispoof.constants import NO_ATTACK
from antispoof.errors import RunError
from antispoof.frontends import FeatureSet
from antispoof.frontends.cache import PROBE_CLIP, compute_probe
from antispoof.registry import call
from antispoof.scoring.partition import score_partition
from antispoof.training import fit, split_validation

N_EPOCHS = 2
BATCH_SIZE = 3  # so that an epoch has two steps and the schedule matters
LABELS_OF_SPEAKER = ("bonafide", "spoof", "spoof")  # unequal, so that weights matter
N_FRAMES = 65  # fast enough to run in every build
# Relative to the largest number of each part. In bfloat16 rounding alone is that large.
TOLERANCE = {"features": 0.01, "untrained": 0.002, "trained": 0.005}
TOLERANCE |= {"history": 0.002, "bits": 0.0}
TOLERANCE_BF16 = {**TOLERANCE, "trained": 0.5, "history": 0.3}

Scores = dict[str, list[float]]


def compute(config: TrainConfig) -> Scores:
    """Numbers that depend on everything the configuration does; takes some seconds.

    Returns
    -------
    ``features`` -> some of the probe clip; ``untrained`` -> scores of the freshly
    initialised model; ``trained`` -> scores after training; ``history`` -> its columns
    loss, val_loss and val_macro_f1; ``bits`` -> width of the numbers that training
    computes with.
    """
    return {part: list(found) for part, found in _compute(_shorten(config)).items()}


def _shorten(config: TrainConfig) -> TrainConfig:
    return replace(
        config,
        epochs=N_EPOCHS,
        batch_size=BATCH_SIZE,
        # A CPU has no fp16; a GPU would not compute the same numbers everywhere.
        precision="fp32" if config.precision == "fp16" else config.precision,
        warmup_epochs=min(config.warmup_epochs, N_EPOCHS - 1),
    )


@lru_cache(maxsize=64)
def _compute(config: TrainConfig) -> Scores:
    infos = {name: augment.AUGMENTATIONS[name].info for name in config.augment}
    on_features = [name for name in infos if infos[name]["on"] == "features"]
    clips = _clips(config)
    train_set, val_set = split_validation(clips, config.n_val_speakers)
    before = torch.get_rng_state()
    torch.manual_seed(0)
    model = models.build(config.model, config.loss)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    x = clips.read([0])
    what = f"model {config.model!r} given {[*x.shape]} of front-end {config.frontend!r}"
    if models.MODELS[config.model].info["frontend"] is None:
        what += " (any number of frames, as it is registered without frontend=)"
    call(what, model.eval(), x, shape=(1, 2))
    untrained = _scores(model, clips)
    bits = _in_float64(model) if config.precision == "fp32" else _watch_bits(model)
    # Waveforms are augmented in the probe.
    rng = np.random.default_rng(2019)

    def prepare(waveform: np.ndarray) -> np.ndarray:
        treated = TREATMENTS[config.silence](waveform)
        return augment.apply(config.augment, treated, rng, probability=1.0)

    applied = replace(config, augment=on_features)
    result = fit(applied, train_set, val_set, seed=0, model=model, cpu=True)
    torch.set_rng_state(before)
    columns = result.history[["loss", "val_loss", "val_macro_f1"]]
    numbers = {
        "features": compute_probe(frontends.build(config.frontend), prepare),
        "untrained": untrained,
        "trained": _scores(result.model, clips),
        "history": columns.to_numpy().ravel().tolist(),
        "bits": sorted(bits),
    }
    return {part: [round(x, 6) for x in values] for part, values in numbers.items()}


def matches(recorded: Scores, config: TrainConfig) -> bool:
    """Whether today's code reproduces recorded numbers within the tolerance.

    Raises
    ------
    RunError
        If `recorded` is not what `compute` returns; that says nothing about the code.
    """
    if set(recorded) != set(TOLERANCE):
        raise RunError(
            f"a regression check has the parts {', '.join(TOLERANCE)}, not"
            f" {', '.join(recorded) or 'none'}"
        )
    tolerance = TOLERANCE_BF16 if config.precision == "bf16" else TOLERANCE
    now = compute(config)
    return all(_agree(recorded[part], now[part], tolerance[part]) for part in TOLERANCE)


def _in_float64(model: nn.Module) -> set[float]:
    """Let a model compute in float64 between float32 features and logits."""
    model.double()
    model.register_forward_pre_hook(lambda _model, inputs: (inputs[0].double(),))
    bits = _watch_bits(model)
    model.register_forward_hook(lambda _model, _inputs, logits: logits.float())
    return bits


def _watch_bits(model: nn.Module) -> set[float]:
    """A set that gets the width of the last layer's output at every pass."""
    bits: set[float] = set()
    *_, last = (module for module in model.modules() if not list(module.children()))

    def watch(_layer: nn.Module, _inputs: tuple, output: torch.Tensor) -> None:
        bits.add(float(torch.finfo(output.dtype).bits))

    last.register_forward_hook(watch)
    return bits


def _agree(first: Sequence[float], second: Sequence[float], tolerance: float) -> bool:
    a, b = np.asarray(first, float), np.asarray(second, float)
    return a.shape == b.shape and bool(np.abs(a - b).max() <= tolerance * abs(a).max())


def _scores(model: nn.Module, clips: FeatureSet) -> list[float]:
    return score_partition(model, clips, device=torch.device("cpu"))["score"].tolist()


def _clips(config: TrainConfig) -> FeatureSet:
    """Twelve clips and more of random features; three per speaker."""
    _, n_rows, n_frames = frontends.build(config.frontend).shape
    if models.MODELS[config.model].info["frontend"] is None:  # takes any length
        n_frames = min(n_frames, N_FRAMES)
    rng = np.random.default_rng(2019)
    array, rows = [], []
    for speaker in range(2 + config.n_val_speakers):
        for label in LABELS_OF_SPEAKER:
            clip = rng.standard_normal((1, n_rows, n_frames))
            clip[:, : n_rows // 2] += 0.3 * (label == "bonafide")
            array.append(clip)
            attack = NO_ATTACK if label == "bonafide" else "A01"
            rows.append((f"clip{len(rows)}", f"speaker{speaker}", attack, label))
    trials = pd.DataFrame(rows, columns=["utt_id", "speaker", "attack", "label"])
    trials = trials.assign(partition="train", path=str(PROBE_CLIP))
    return FeatureSet(trials, np.stack(array).astype(np.float16), np.arange(len(rows)))
