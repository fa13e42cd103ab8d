"""The training loop, to be read in one sitting.

Batches come from a permutation of each epoch that depends on seed and epoch alone;
after every epoch the held-out speakers say whether this state is the best so far.
Everything the next step depends on is in the checkpoint, so a killed fit goes on as
if nothing had happened. What a step is, ``learner`` says; how several processes take
it together, ``processes``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof import metrics, models
from antispoof.config import TrainConfig
from antispoof.constants import BONAFIDE, SPOOF
from antispoof.data import Batches
from antispoof.errors import CorpusError, RunError
from antispoof.frontends import FeatureSet
from antispoof.training.checkpoint import Saver, load_checkpoint
from antispoof.training.distributed import logits_of_all
from antispoof.training.state import TrainerState
from antispoof.training.step import TrainStep
from antispoof.training.tensorboard import journal

SAVE_SECONDS = 60.0  # an interrupted fit loses about this and one step
TICK_SECONDS = 30.0  # between two signs of life within an epoch

Progress = Callable[[dict[str, float]], None]


@dataclass(frozen=True)
class FitResult:
    """A trained model and how it got there.

    Attributes
    ----------
    model : the state the config keeps, on the CPU, in eval mode.
    history : one row an epoch: ``epoch``, ``loss``, ``val_loss``,
        ``val_macro_f1``, ``val_spoof_rate``, ``lr``, ``seconds`` (of all
        sessions).
    best_epoch : the row the model was taken at.
    earlier_seconds : spent in sessions that were cut off, up to their last save.
    """

    model: nn.Module
    history: pd.DataFrame
    best_epoch: int
    earlier_seconds: float


def fit(
    config: TrainConfig,
    fitted: FeatureSet,
    holdout: FeatureSet,
    *,
    seed: int,
    checkpoint: Path | None = None,
    save_seconds: float = SAVE_SECONDS,
    cpu: bool = False,
    compiled: bool = False,
    log: Path | None = None,
    progress: Progress | None = None,
    tick: Progress | None = None,
) -> FitResult:
    """Train a model by a config.

    Parameters
    ----------
    fitted, holdout : training trials to learn from, and to choose the state by:
        the best macro-F1 at score 0, then the lower loss.
    seed : of the initial weights, the order of the data and dropout.
    checkpoint : file that an interrupted fit goes on from; written at the end of
        every epoch and within it every `save_seconds`, but see `checkpoint.Saver`.
    cpu : stay on the CPU though an accelerator is there.
    compiled : train through ``torch.compile``: other rounding, faster on most GPUs.
    log : folder of a TensorBoard log; none is kept by default.
    progress : called with each epoch's row of the history.
    tick : called now and then within an epoch, with ``epoch``, ``step`` and ``steps``.

    Raises
    ------
    CorpusError
        If either part lacks a class, or contains a trial that is not of train.
    ParameterError
        If the device lacks the config's precision, or `log` its package.
    RunError
        If the checkpoint is damaged, or of another fit.
    """
    for features, name in ((fitted, "the fitted part"), (holdout, "the holdout")):
        _check_part(features, name)
    # Judged apart from the trained model, whose forward carries mixed precision.
    chosen = models.build(config.model)
    learner = TrainStep(config, fitted, seed=seed, cpu=cpu, compiled=compiled)
    batches = Batches(fitted, learner.device)
    is_main = learner.processes.is_main
    told = [] if progress is None else [progress]
    told += [] if log is None else [journal(log)]
    told = told if is_main else []
    signs = _signs_of_life(tick if is_main else None, learner.n_steps)

    course = TrainerState()
    of = {"config": config.to_dict(), "seed": seed, "clips": len(fitted)}
    saved = load_checkpoint(checkpoint) if checkpoint else None
    if saved is not None:
        if saved.get("of") != of:
            raise RunError(f"{checkpoint} is of another config, seed or corpus")
        learner.restore(saved["learner"])
        course = TrainerState(**saved["course"])
    earlier_seconds = course.spent
    saver = Saver(checkpoint if is_main else None, save_seconds)

    def save() -> None:
        saver.save({"of": of, "learner": learner.state(), "course": course.state()})

    while not course.is_over(config):
        order = np.random.default_rng([seed, course.epoch]).permutation(len(fitted))
        cuts = range(config.batch_size, len(fitted), config.batch_size)
        left = np.split(order, cuts)[course.step :]
        learner.model.train()
        stream = batches.stream(map(learner.processes.share, left))
        for batch, x in zip(left, stream, strict=True):
            course.add(learner.step(x, batch), len(batch))
            if course.step < learner.n_steps:  # the end of an epoch is saved as such
                if saver.is_due(epoch_ended=False):
                    save()
                signs(course)
        chosen.load_state_dict(learner.model.state_dict())
        row = {
            "epoch": course.epoch,
            "loss": course.settle() / len(fitted),
            **_judge(chosen, holdout, learner),
            "lr": learner.scheduler.get_last_lr()[0],
            "seconds": course.epoch_seconds,
        }
        course.end_epoch(row, chosen.state_dict(), keep=config.checkpoint == "last")
        saved_now = saver.is_due(epoch_ended=True) or course.is_over(config)
        if saved_now:
            save()
        try:
            for tell in told:
                tell(row)
        except BaseException:  # whoever ends the fit here shall lose nothing
            if not saved_now:
                save()
            raise

    chosen.cpu().load_state_dict(course.best["weights"])
    history = pd.DataFrame(course.history)
    return FitResult(chosen.eval(), history, course.best["epoch"], earlier_seconds)


def _judge(
    model: nn.Module, holdout: FeatureSet, learner: TrainStep
) -> dict[str, float]:
    z = logits_of_all(model, holdout, learner.processes)
    labels = torch.from_numpy(holdout.labels)
    scores = z[:, BONAFIDE] - z[:, SPOOF]
    return {
        "val_loss": nn.functional.cross_entropy(torch.from_numpy(z), labels).item(),
        "val_macro_f1": metrics.macro_f1(scores, holdout.labels),
        "val_spoof_rate": metrics.predicted_spoof_rate(scores, holdout.labels),
    }


def _check_part(features: FeatureSet, name: str) -> None:
    partitions = set(features.trials["partition"])
    if partitions - {"train"}:
        found = ", ".join(sorted(partitions))
        raise CorpusError(f"{name} must be of train only; found trials of {found}")
    if set(features.labels) != {SPOOF, BONAFIDE}:
        found = ", ".join(sorted(set(features.trials["label"]))) or "no trials"
        raise CorpusError(f"{name} needs both classes; found {found}")


def _signs_of_life(tick: Progress | None, steps: int) -> Callable[[TrainerState], None]:
    told = time.monotonic()

    def sign(course: TrainerState) -> None:
        nonlocal told
        if tick is not None and time.monotonic() - told > TICK_SECONDS:
            told = time.monotonic()
            tick({"epoch": course.epoch, "step": course.step, "steps": steps})

    return sign
