"""One step of training, and everything that the next one depends on."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from antispoof import models
from antispoof.config import TrainConfig
from antispoof.frontends import FeatureSet
from antispoof.training.checkpoint import random_states, restore_random_states
from antispoof.training.devices import make_accelerator
from antispoof.training.distributed import Processes
from antispoof.training.schedule import make_schedule


class TrainStep:
    """A model that is being trained by a config, in this process and its peers.

    Parameters
    ----------
    fitted : the training trials, for their labels and number.
    seed : of the initial weights and of dropout.
    cpu, compiled : as `fit` has them.

    Attributes
    ----------
    model : the model itself, in float32, whatever is wrapped around it.
    n_steps : steps an epoch.
    """

    def __init__(
        self,
        config: TrainConfig,
        fitted: FeatureSet,
        *,
        seed: int,
        cpu: bool,
        compiled: bool,
    ) -> None:
        torch.manual_seed(seed)
        self.config = config
        self.accelerator = make_accelerator(config.precision, cpu=cpu)
        self.device = self.accelerator.device
        self.processes = Processes(self.accelerator)
        self.model = self.processes.join(models.build(config.model))
        self.model.to(memory_format=torch.channels_last)
        optimizer = torch.optim.Adam(
            self.model.parameters(), lr=config.lr, weight_decay=config.weight_decay
        )
        self.n_steps = -(-len(fitted) // config.batch_size)
        self.scheduler = make_schedule(optimizer, config, self.n_steps)
        if compiled:
            # Two sizes of a batch, the usual and the last, are compiled apart.
            self.model.compile(dynamic=False)
        self._wrapped, self.optimizer = self.accelerator.prepare(self.model, optimizer)
        self._labels = fitted.labels
        self._weights = _class_weights(config, self._labels)
        weight = None
        if config.class_weights == "balanced":
            weight = torch.from_numpy(self._weights).to(self.device, torch.float32)
        self._criterion = nn.CrossEntropyLoss(weight=weight)

    def step(self, x: Tensor, batch: np.ndarray) -> Tensor:
        """Learn from a batch; returns its loss, which may not be computed yet.

        Parameters
        ----------
        x : (n, 1, n_mels, n_frames) features of this process's share of the batch.
        batch : trials of the whole batch.
        """
        mine = self.processes.enter(batch)
        z = self._wrapped(x)
        labels = torch.from_numpy(self._labels[mine]).to(self.device)
        # An empty share adds nothing, but takes part in the exchange of gradients.
        loss = self._criterion(z, labels) if len(mine) else z.sum()
        loss = loss * (self._weight(mine) / self._weight(batch))
        # Times n, because gradients are averaged over the processes, not summed.
        self.accelerator.backward(loss * self.processes.n)
        if self.config.grad_clip_norm:
            self.accelerator.clip_grad_norm_(
                self._wrapped.parameters(), self.config.grad_clip_norm
            )
        self.optimizer.step()
        if not self.optimizer.step_was_skipped:  # fp16 may overflow
            self.scheduler.step()
        self.optimizer.zero_grad()
        return self.processes.summed(loss.detach())

    def state(self) -> dict[str, Any]:
        """Model, optimiser, schedule, loss scale and random states."""
        scaler = self.accelerator.scaler
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "scaler": scaler.state_dict() if scaler is not None else {},
            "random": random_states(self.device),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what :meth:`state` gave."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        if self.accelerator.scaler is not None:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        restore_random_states(state["random"], self.device)

    def _weight(self, trials: np.ndarray) -> float:
        return float(self._weights[self._labels[trials]].sum())


def _class_weights(config: TrainConfig, labels: np.ndarray) -> np.ndarray:
    if config.class_weights == "none":
        return np.ones(2)
    counts = np.bincount(labels, minlength=2)
    return counts.sum() / (2 * counts)
