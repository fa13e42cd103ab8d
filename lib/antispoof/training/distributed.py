"""Several processes that train as one would, on equal shares of every batch.

Each process takes a contiguous share of the batch. What a layer learns from a batch as
a whole comes from all shares: batch normalisation takes its moments over them, dropout
draws for the whole batch and keeps its own rows, the loss is weighted by the share. So
gradients, buffers and random states are those of one process up to rounding, a last
batch may be of any size, and a checkpoint does not know how many there were.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from accelerate import Accelerator, PartialState
from torch import Tensor, distributed, nn
from torch.distributed.nn.functional import all_reduce

from antispoof.frontends import FeatureSet
from antispoof.scoring import best_device, logits, shard
from antispoof.training.devices import forget_accelerators

T = TypeVar("T")


class Processes:
    """This process among those that train together; often the only one.

    Attributes
    ----------
    rank, n : number of this process, from 0 on; how many there are.
    """

    def __init__(self, state: Accelerator | PartialState) -> None:
        self.rank, self.n = state.process_index, state.num_processes
        self.device = state.device
        self.whole, self.first = 0, 0  # trials in the batch, and those before ours

    @property
    def is_main(self) -> bool:
        """Whether this is the one that writes and speaks."""
        return self.rank == 0

    def share(self, batch: np.ndarray) -> np.ndarray:
        """The part of a batch that is this process's; may be empty."""
        return np.array_split(batch, self.n)[self.rank]

    def enter(self, batch: np.ndarray) -> np.ndarray:
        """Our share of a batch, on which the layers of :meth:`join` work from now."""
        shares = np.array_split(batch, self.n)
        self.whole = len(batch)
        self.first = sum(map(len, shares[: self.rank]))
        return shares[self.rank]

    def join(self, model: nn.Module) -> nn.Module:
        """The model with layers that see the whole batch; parameters are kept."""
        if self.n == 1:
            return model
        if self.device.type == "cuda":
            model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        for module in list(model.modules()):
            for name, child in module.named_children():
                if type(child) is nn.BatchNorm2d:
                    setattr(module, name, WholeBatchNorm2d.of(child))
                elif type(child) is nn.Dropout:
                    setattr(module, name, WholeDropout(child.p, self))
        return model

    def summed(self, value: Tensor) -> Tensor:
        """The sum over all processes of a tensor without gradient."""
        if self.n > 1:
            value = value.clone()
            distributed.all_reduce(value)
        return value

    def gathered(self, values: np.ndarray) -> np.ndarray:
        """Rows of all processes, in the order of the processes, for each of them."""
        parts: list = [values] * self.n
        if self.n > 1:
            distributed.all_gather_object(parts, values)
        return np.concatenate(parts)

    def agreed(self, decide: Callable[[], T]) -> T:
        """What the main process decides, told to all when it has."""
        told = [decide() if self.is_main else None]
        if self.n > 1:
            distributed.broadcast_object_list(told)
        return told[0]


def here() -> Processes:
    """This process and those that a launcher started with it."""
    forget_accelerators()
    return Processes(PartialState(cpu=best_device().type == "cpu"))


def logits_of_all(
    model: nn.Module,
    features: FeatureSet,
    processes: Processes,
    *,
    partial: Path | None = None,
) -> np.ndarray:
    """What `scoring.logits` gives, each process having computed its shard.

    `partial` is the file of an only process; of several, each has one of its own
    beside it.
    """
    rank, n = processes.rank, processes.n
    if partial is not None and n > 1:
        partial = partial.with_name(f"{partial.name}-{rank + 1}-of-{n}")
    mine = shard(features, rank + 1, n)
    z = logits(model, mine, device=processes.device, partial=partial)
    return processes.gathered(z)


class WholeBatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation by the moments of all processes' shares, for the CPU.

    torch.nn.SyncBatchNorm does the same faster, and on GPUs only.
    """

    @classmethod
    def of(cls, plain: nn.BatchNorm2d) -> WholeBatchNorm2d:
        """One with the parameters and buffers of another."""
        made = cls(plain.num_features, eps=plain.eps, momentum=plain.momentum)
        made.weight, made.bias = plain.weight, plain.bias
        for name, buffer in plain.named_buffers():
            setattr(made, name, buffer)
        return made

    def forward(self, x: Tensor) -> Tensor:
        """Normalised (batch, channels, h, w)."""
        if not self.training:
            return super().forward(x)
        exact = x.float()  # moments of half-precision maps are taken in float32
        axes = (0, 2, 3)
        n = torch.full((1,), x.numel() / self.num_features, device=x.device)
        sums = all_reduce(torch.cat([exact.sum(axes), n]))
        n = sums[-1]
        mean = sums[:-1] / n
        centred = exact - mean[:, None, None]
        variance = all_reduce(centred.square().sum(axes)) / n
        self._remember(mean.detach(), (variance * n / (n - 1)).detach())
        scale = self.weight * torch.rsqrt(variance + self.eps)
        y = centred * scale[:, None, None] + self.bias[:, None, None]
        return y.to(x.dtype)

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)
        self.num_batches_tracked += 1


class WholeDropout(nn.Dropout):
    """Dropout that draws for the whole batch, as one process would."""

    def __init__(self, p: float, processes: Processes) -> None:
        super().__init__(p)
        self.processes = processes

    def forward(self, x: Tensor) -> Tensor:
        """(share, n) with some numbers zero and the others larger."""
        if not self.training:
            return x
        whole = x.new_empty((self.processes.whole, *x.shape[1:]))
        kept = whole.bernoulli_(1 - self.p).div_(1 - self.p)
        first = self.processes.first
        return x * kept[first : first + len(x)]
