"""How far a fit has come: what a checkpoint holds besides the learner."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from antispoof.config import TrainConfig


@dataclass
class TrainerState:
    """Epochs that are done, the steps of the one that is running, the best so far.

    Attributes
    ----------
    epoch, step : of the next step.
    loss : of the clips of this epoch, summed over those that :meth:`settle` has seen.
    seconds : of this epoch in sessions before this one.
    spent : seconds of the fit in sessions before this one.
    history : one row a finished epoch.
    best : ``key`` (the larger the better), ``epoch`` and ``weights``.
    """

    epoch: int = 0
    step: int = 0
    loss: float = 0.0
    seconds: float = 0.0
    spent: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    best: dict[str, Any] = field(
        default_factory=lambda: {"key": None, "epoch": -1, "weights": {}}
    )

    def __post_init__(self) -> None:
        self._began = self._epoch_began = time.perf_counter()
        self._losses: list[tuple[Tensor, int]] = []

    def state(self) -> dict[str, Any]:
        """What ``TrainerState(**state)`` goes on from, also in another session."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "loss": self.settle(),
            "seconds": self.epoch_seconds,
            "spent": self.spent + time.perf_counter() - self._began,
            "history": self.history,
            "best": self.best,
        }

    @property
    def epoch_seconds(self) -> float:
        """Seconds of the running epoch in all sessions."""
        return self.seconds + time.perf_counter() - self._epoch_began

    def add(self, loss: Tensor, n_clips: int) -> None:
        """Note a step by its mean loss, which need not be computed yet."""
        self._losses.append((loss, n_clips))
        self.step += 1

    def settle(self) -> float:
        """The loss of this epoch's clips so far; waits for the device."""
        for loss, n_clips in self._losses:
            self.loss += loss.item() * n_clips
        self._losses.clear()
        return self.loss

    def end_epoch(self, row: dict[str, float], weights: dict, *, keep: bool) -> None:
        """Close the running epoch; its weights are kept if it is the best, or told."""
        key = [row["val_macro_f1"], -row["val_loss"]]
        if keep or self.best["key"] is None or key > self.best["key"]:
            copied = {name: value.cpu().clone() for name, value in weights.items()}
            self.best = {"key": key, "epoch": self.epoch, "weights": copied}
        self.history = [*self.history, row]
        self.epoch, self.step = self.epoch + 1, 0
        self.loss = self.seconds = 0.0
        self._epoch_began = time.perf_counter()

    def is_over(self, config: TrainConfig) -> bool:
        """Whether all epochs are done, or no better one has come for too long."""
        waited = self.epoch - 1 - self.best["epoch"]
        stopped = config.patience and self.epoch and waited >= config.patience
        return bool(self.epoch >= config.epochs or stopped)
