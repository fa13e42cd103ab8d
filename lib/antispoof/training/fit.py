"""The training loop, to be read in one sitting.

Batches come from a permutation of each epoch that depends on seed and epoch alone;
after every epoch the held-out speakers say whether this state is the best so far.
Everything the next step depends on is in the checkpoint, so a killed fit goes on as
if nothing had happened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from antispoof import metrics, models
from antispoof.conventions import BONAFIDE, SPOOF
from antispoof.errors import CorpusError
from antispoof.features import FeatureSet
from antispoof.recipe import Recipe
from antispoof.scoring import logits
from antispoof.training.checkpoint import (
    load_checkpoint,
    random_states,
    restore_random_states,
    save_checkpoint,
)
from antispoof.training.devices import make_accelerator

SAVE_SECONDS = 60.0  # an interrupted fit loses at most this and one step

Progress = Callable[[dict[str, float]], None]


@dataclass(frozen=True)
class Fitted:
    """A trained model and how it got there.

    Attributes
    ----------
    model : the state the recipe keeps, on the CPU, in eval mode.
    history : one row an epoch: ``epoch``, ``loss``, ``holdout_loss``,
        ``holdout_macro_f1``, ``holdout_share_spoof``, ``lr``, ``seconds``.
    best_epoch : the row the model was taken at.
    """

    model: nn.Module
    history: pd.DataFrame
    best_epoch: int


def fit(
    recipe: Recipe,
    fitted: FeatureSet,
    holdout: FeatureSet,
    *,
    seed: int,
    checkpoint: Path | None = None,
    save_seconds: float = SAVE_SECONDS,
    cpu: bool = False,
    progress: Progress | None = None,
) -> Fitted:
    """Train a model by a recipe.

    Parameters
    ----------
    fitted, holdout : training trials to learn from, and to choose the state by:
        the best macro-F1 at score 0, then the lower loss.
    seed : of the initial weights, the order of the data and dropout.
    checkpoint : file that an interrupted fit goes on from.
    save_seconds : least time between two checkpoints; 0 saves after every step.
    cpu : stay on the CPU though an accelerator is there.
    progress : called with each epoch's row of the history.

    Raises
    ------
    CorpusError
        If either part lacks a class, or contains a trial that is not of train.
    """
    for features, name in ((fitted, "the fitted part"), (holdout, "the holdout")):
        _check_part(features, name)
    # Judged apart from the trained model, whose forward carries mixed precision.
    chosen = models.build(recipe.model)
    torch.manual_seed(seed)
    accelerator = make_accelerator(recipe.precision, cpu=cpu)
    device = accelerator.device
    model = models.build(recipe.model).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay
    )
    n_steps = -(-len(fitted) // recipe.batch_size)
    scheduler = _schedule(optimizer, recipe, n_steps)
    model, optimizer = accelerator.prepare(model, optimizer)
    criterion = nn.CrossEntropyLoss(weight=_class_weights(recipe, fitted, device))
    labels = torch.from_numpy(fitted.labels)

    state: dict[str, Any] = {"epoch": 0, "step": 0, "loss": 0.0, "history": []}
    best: dict[str, Any] = {"key": None, "epoch": -1, "weights": {}}
    saved = load_checkpoint(checkpoint) if checkpoint else None
    if saved is not None:
        state, best = saved["state"], saved["best"]
        accelerator.unwrap_model(model).load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        scheduler.load_state_dict(saved["scheduler"])
        if accelerator.scaler is not None:
            accelerator.scaler.load_state_dict(saved["scaler"])
        restore_random_states(saved["random"])
    last_save = time.monotonic()

    def keep() -> None:
        nonlocal last_save
        if checkpoint is None or time.monotonic() - last_save < save_seconds:
            return
        scaler = accelerator.scaler
        if accelerator.is_main_process:
            save_checkpoint(
                checkpoint,
                {
                    "state": state,
                    "best": best,
                    "model": accelerator.unwrap_model(model).state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "scheduler": scheduler.state_dict(),
                    "scaler": scaler.state_dict() if scaler is not None else {},
                    "random": random_states(),
                },
            )
        last_save = time.monotonic()

    while state["epoch"] < recipe.epochs and not _has_stopped(recipe, state, best):
        epoch, started = state["epoch"], time.perf_counter()
        order = np.random.default_rng([seed, epoch]).permutation(len(fitted))
        model.train()
        while state["step"] < n_steps:
            start = state["step"] * recipe.batch_size
            batch = order[start : start + recipe.batch_size]
            x = _to_device(fitted.tensor(batch), device)
            loss = criterion(model(x), labels[batch].to(device))
            accelerator.backward(loss)
            if recipe.clip_norm:
                accelerator.clip_grad_norm_(model.parameters(), recipe.clip_norm)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
            state["loss"] += loss.item() * len(batch)
            state["step"] += 1
            if state["step"] < n_steps:
                keep()
        weights = accelerator.unwrap_model(model).state_dict()
        chosen.load_state_dict(weights)
        row = {
            "epoch": epoch,
            "loss": state["loss"] / len(fitted),
            **_judge(chosen, holdout, device),
            "lr": scheduler.get_last_lr()[0],
            "seconds": time.perf_counter() - started,
        }
        key = [row["holdout_macro_f1"], -row["holdout_loss"]]
        better = best["key"] is None or key > best["key"]
        if better or recipe.checkpoint == "last":
            copied = {n: v.detach().cpu().clone() for n, v in weights.items()}
            best = {"key": key, "epoch": epoch, "weights": copied}
        history = [*state["history"], row]
        state = {"epoch": epoch + 1, "step": 0, "loss": 0.0, "history": history}
        keep()
        if progress is not None:
            progress(row)

    chosen.cpu().load_state_dict(best["weights"])
    return Fitted(chosen.eval(), pd.DataFrame(state["history"]), best["epoch"])


def _judge(
    model: nn.Module, holdout: FeatureSet, device: torch.device
) -> dict[str, float]:
    z = logits(model, holdout, device=device)
    labels = torch.from_numpy(holdout.labels)
    scores = z[:, BONAFIDE] - z[:, SPOOF]
    return {
        "holdout_loss": nn.functional.cross_entropy(torch.from_numpy(z), labels).item(),
        "holdout_macro_f1": metrics.macro_f1(scores, holdout.labels),
        "holdout_share_spoof": metrics.predicted_spoof(scores, holdout.labels),
    }


def _check_part(features: FeatureSet, name: str) -> None:
    partitions = set(features.trials["partition"])
    if partitions - {"train"}:
        found = ", ".join(sorted(partitions))
        raise CorpusError(f"{name} must be of train only; found trials of {found}")
    if set(features.labels) != {SPOOF, BONAFIDE}:
        found = ", ".join(sorted(set(features.trials["label"]))) or "no trials"
        raise CorpusError(f"{name} needs both classes; found {found}")


def _class_weights(
    recipe: Recipe, features: FeatureSet, device: torch.device
) -> Tensor | None:
    if recipe.class_weights == "none":
        return None
    counts = np.bincount(features.labels, minlength=2)
    weights = torch.from_numpy(counts.sum() / (2 * counts))
    return weights.to(device, torch.float32)


def _schedule(
    optimizer: torch.optim.Optimizer, recipe: Recipe, n_steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    if recipe.schedule == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(
            optimizer, recipe.epochs * n_steps
        )
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)


def _has_stopped(recipe: Recipe, state: dict, best: dict) -> bool:
    waited = state["epoch"] - 1 - best["epoch"]
    return bool(recipe.patience) and state["epoch"] > 0 and waited >= recipe.patience


def _to_device(x: Tensor, device: torch.device) -> Tensor:
    return x.to(device, non_blocking=True).contiguous(memory_format=torch.channels_last)
