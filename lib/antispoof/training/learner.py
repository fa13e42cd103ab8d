"""One step of training, and everything that the next one depends on."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from antispoof import models
from antispoof.features import FeatureSet
from antispoof.recipe import Recipe
from antispoof.training.checkpoint import random_states, restore_random_states
from antispoof.training.devices import make_accelerator
from antispoof.training.processes import Processes
from antispoof.training.schedule import make_schedule


class Learner:
    """A model that is being trained by a recipe, in this process and its peers.

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
        recipe: Recipe,
        fitted: FeatureSet,
        *,
        seed: int,
        cpu: bool,
        compiled: bool,
    ) -> None:
        torch.manual_seed(seed)
        self.recipe = recipe
        self.accelerator = make_accelerator(recipe.precision, cpu=cpu)
        self.device = self.accelerator.device
        self.processes = Processes(self.accelerator)
        self.model = self.processes.join(models.build(recipe.model))
        self.model.to(memory_format=torch.channels_last)
        optimizer = torch.optim.Adam(
            self.model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay
        )
        self.n_steps = -(-len(fitted) // recipe.batch_size)
        self.scheduler = make_schedule(optimizer, recipe, self.n_steps)
        if compiled:
            # Two sizes of a batch, the usual and the last, are compiled apart.
            self.model.compile(dynamic=False)
        self._wrapped, self.optimizer = self.accelerator.prepare(self.model, optimizer)
        self._labels = fitted.labels
        self._weights = _class_weights(recipe, self._labels)
        weight = None
        if recipe.class_weights == "balanced":
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
        if self.recipe.clip_norm:
            self.accelerator.clip_grad_norm_(
                self._wrapped.parameters(), self.recipe.clip_norm
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


def _class_weights(recipe: Recipe, labels: np.ndarray) -> np.ndarray:
    if recipe.class_weights == "none":
        return np.ones(2)
    counts = np.bincount(labels, minlength=2)
    return counts.sum() / (2 * counts)
