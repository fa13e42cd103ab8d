"""The training loop.

The order of an epoch's clips depends on seed and epoch alone. After every epoch the
validation speakers say whether this state is the best so far. A checkpoint at the end
of an epoch holds everything the next step depends on, so training resumes exactly
after an interruption.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from antispoof import models
from antispoof.config import TrainConfig
from antispoof.constants import BONAFIDE, SPOOF
from antispoof.data import training_batches
from antispoof.errors import CorpusError, RunError, TrainingError
from antispoof.frontends import FeatureSet
from antispoof.losses import LOSSES
from antispoof.metrics import confusion_matrix, rates
from antispoof.registry import check_result
from antispoof.scoring.partition import compute_logits
from antispoof.training.accelerators import make_accelerator
from antispoof.training.callbacks import Callback
from antispoof.training.checkpoint import load_checkpoint, save_checkpoint
from antispoof.training.schedule import make_schedule
from antispoof.training.state import TrainerState


@dataclass(frozen=True)
class FitResult:
    """A trained model and how it got there.

    Attributes
    ----------
    model : the weights that the configuration keeps, on the CPU, in eval mode.
    history : one row per epoch: ``epoch``, ``loss``, ``val_loss``, ``val_macro_f1``,
        ``val_spoof_rate``, ``lr``, ``seconds``.
    best_epoch : the row whose weights were kept.
    """

    model: nn.Module
    history: pd.DataFrame
    best_epoch: int


def fit(
    config: TrainConfig,
    train_set: FeatureSet,
    val_set: FeatureSet,
    *,
    seed: int,
    model: nn.Module | None = None,
    checkpoint: Path | None = None,
    callbacks: Sequence[Callback] = (),
    cpu: bool = False,
) -> FitResult:
    """Train a model by a configuration.

    Parameters
    ----------
    train_set : trials to learn from.
    val_set : trials that choose the checkpoint: the best macro-F1 at score 0, then the
        lower loss.
    seed : of the initial weights, the order of the clips, dropout and augmentation.
    model : where training starts; the configuration's model, freshly initialised, if
        None.
    checkpoint : file that is written at the end of every epoch and that an interrupted
        training resumes from.
    callbacks : called with the row of each epoch when its checkpoint is written. An
        exception ends the training.
    cpu : use the CPU even if there is an accelerator.

    Raises
    ------
    CorpusError
        If either set lacks a class, or contains a trial outside the train partition.
    ParameterError
        If the device lacks the precision, or the loss is not a scalar.
    RunError
        If the checkpoint is damaged, or belongs to another training.
    TrainingError
        If the loss is not finite.
    """
    _check_set(train_set, "the training set")
    _check_set(val_set, "the validation set")
    # A float32 copy for validation: accelerate wraps the trained model's forward.
    eval_model = models.build(config.model, config.loss)
    torch.manual_seed(seed)
    accelerator = make_accelerator(config.precision, cpu=cpu)
    device, is_main = accelerator.device, accelerator.is_main_process
    rank, n_processes = accelerator.process_index, accelerator.num_processes
    if model is None:
        model = models.build(config.model, config.loss)
    model = model.to(memory_format=torch.channels_last)
    if n_processes > 1 and device.type == "cuda":
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=config.lr, weight_decay=config.weight_decay
    )
    n_steps = math.ceil(len(train_set) / config.batch_size)
    scheduler = make_schedule(optimizer, config, n_steps)
    weights = _class_weights(config, train_set, device)
    criterion = LOSSES[config.loss].factory(weight=weights)
    wrapped, optimizer = accelerator.prepare(model, optimizer)
    labels = torch.from_numpy(train_set.labels)
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    if accelerator.scaler is not None:
        parts["scaler"] = accelerator.scaler

    state = TrainerState()
    training_id = {"config": config.to_dict(), "seed": seed, "n_train": len(train_set)}
    saved = load_checkpoint(checkpoint, device) if checkpoint else None
    if saved is not None:
        if saved.get("training_id") != training_id:
            raise RunError(
                f"{checkpoint} is of another configuration, seed or corpus; delete it"
                " to start again"
            )
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        state = TrainerState(**saved["state"])

    while not state.is_finished(config):
        started = time.perf_counter()
        order = _order(config, train_set, [seed, state.epoch])
        ends = range(config.batch_size, len(order), config.batch_size)
        chunks = np.split(order, ends)
        # A batch with fewer clips than processes goes to each of them.
        mine = [c[rank::n_processes] if len(c) >= n_processes else c for c in chunks]
        model.train()
        losses = []
        stream = training_batches(
            train_set, config, mine, device, seed=seed, epoch=state.epoch
        )
        for rows, x in zip(mine, stream, strict=True):
            loss = criterion(wrapped(x), labels[rows].to(device))
            check_result(f"loss {config.loss!r}", loss, ())
            accelerator.backward(loss)
            if config.grad_clip_norm:
                accelerator.clip_grad_norm_(wrapped.parameters(), config.grad_clip_norm)
            optimizer.step()
            if not optimizer.step_was_skipped:  # fp16 may overflow
                scheduler.step()
            optimizer.zero_grad()
            losses.append(loss.detach())

        sizes = list(map(len, mine))
        mean_loss = float(np.dot(torch.stack(losses).tolist(), sizes)) / sum(sizes)
        eval_model.load_state_dict(model.state_dict())
        z = compute_logits(eval_model, val_set, device=device)
        # The last step may have diverged, which only the outputs show.
        for what, found in (("loss", mean_loss), ("largest output", np.abs(z).max())):
            if not math.isfinite(found):
                raise TrainingError(
                    f"training of {config.model} diverged in epoch {state.epoch + 1}:"
                    f" the {what} is {found}; lower the learning rate"
                    f" (lr={config.lr:g})"
                )
        row = {
            "epoch": state.epoch,
            "loss": mean_loss,
            **_validate(z, val_set.labels),
            "lr": scheduler.get_last_lr()[0],
            "seconds": time.perf_counter() - started,
        }
        keep = config.keep_checkpoint == "last"
        state.end_epoch(row, eval_model.state_dict(), keep=keep)
        if checkpoint is not None and is_main:
            content = {name: part.state_dict() for name, part in parts.items()}
            content |= {"training_id": training_id, "state": vars(state)}
            save_checkpoint(checkpoint, content, device)
        for callback in callbacks if is_main else ():
            callback(row)

    eval_model.cpu().load_state_dict(state.best_weights)
    history = pd.DataFrame(state.history)
    return FitResult(eval_model.eval(), history, state.best_epoch)


def _validate(z: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    loss = nn.functional.cross_entropy(torch.from_numpy(z), torch.from_numpy(labels))
    confusion = confusion_matrix(z[:, BONAFIDE] - z[:, SPOOF], labels)
    return {
        "val_loss": loss.item(),
        "val_macro_f1": float(rates.macro_f1(confusion)),
        "val_spoof_rate": float(rates.predicted_spoof_rate(confusion)),
    }


def _order(config: TrainConfig, features: FeatureSet, seed: list[int]) -> np.ndarray:
    """Rows of an epoch: each clip once, or drawn as the option says."""
    rng = np.random.default_rng(seed)
    if config.class_weights != "sources":
        return rng.permutation(len(features))
    trials = features.trials.assign(source=features.trials.get("source", ""))
    p = 1 / trials.groupby(["source", "label"])["label"].transform("size")
    return rng.choice(len(p), len(p), p=p / p.sum())


def _class_weights(
    config: TrainConfig, train_set: FeatureSet, device: torch.device
) -> torch.Tensor | None:
    if config.class_weights != "balanced":
        return None
    counts = np.bincount(train_set.labels, minlength=2)
    return torch.tensor(counts.sum() / (2 * counts), dtype=torch.float32, device=device)


def _check_set(features: FeatureSet, name: str) -> None:
    partitions = set(features.trials["partition"])
    if partitions - {"train"}:
        found = ", ".join(sorted(partitions))
        raise CorpusError(f"{name} must be of partition train; found {found}")
    if set(features.labels) != {SPOOF, BONAFIDE}:
        found = ", ".join(sorted(set(features.trials["label"]))) or "no trials"
        raise CorpusError(f"{name} needs both classes; found {found}")
