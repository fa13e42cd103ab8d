"""What a training will take of memory and disk, said before it begins.

Memory is counted, not guessed: one clip goes through the model once, and what autograd
keeps of it is added up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from antispoof import frontends, models, platforms
from antispoof.config import TrainConfig
from antispoof.corpora import Corpus
from antispoof.errors import MemoryLimitError

ADAM_COPIES = 4  # weights, gradients, two moments
BYTES = 4  # of a float32
STORED = 2  # of a float16
MARGIN = 1.3  # fragments, buffers, what the rest of the process holds


@dataclass(frozen=True)
class Needs:
    """Bytes that a training takes.

    Attributes
    ----------
    store : features of all partitions on disk.
    fixed : the model, its gradients and Adam's state.
    clip : activations that one clip of a batch adds.
    """

    store: int
    fixed: int
    clip: int

    def memory(self, batch_size: int) -> int:
        """Bytes of memory of one step with a batch of that size."""
        return int(MARGIN * (self.fixed + self.clip * batch_size))

    def largest_batch(self, memory: int) -> int:
        """The largest power of two that fits as a batch into so many bytes; 0: none."""
        fitting = int((memory / MARGIN - self.fixed) / self.clip)
        return 1 << (fitting.bit_length() - 1) if fitting > 0 else 0


def needs(config: TrainConfig, corpus: Corpus) -> Needs:
    """What training a config on a corpus takes, in the config's precision."""
    shape = frontends.build(config.frontend).shape
    model = models.build(config.model).train()
    mixed = config.precision != "fp32"
    # Batch normalisation needs more than one value a channel: two clips at least.
    # What does not grow with them, such as rounded weights, is no activation.
    two, three = (_kept(model, torch.zeros(n, *shape), mixed=mixed) for n in (2, 3))
    clip = three - two
    return Needs(
        store=len(corpus.trials) * math.prod(shape) * STORED,
        fixed=ADAM_COPIES * BYTES * models.n_parameters(model) + max(0, two - 2 * clip),
        clip=clip,
    )


def _kept(model: nn.Module, batch: torch.Tensor, *, mixed: bool) -> int:
    """Bytes that autograd keeps of a forward pass, without the model's own weights."""
    kept: dict[int, int] = {}

    def count(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    state = torch.get_rng_state()
    with (
        torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor),
        # Both halves are as wide, and a CPU has bfloat16.
        torch.autocast("cpu", torch.bfloat16, enabled=mixed),
    ):
        out = model(batch)
    del out
    torch.set_rng_state(state)
    return sum(size for place, size in kept.items() if place not in weights)


def free_memory() -> int | None:
    """Bytes a training can take on the device it would run on."""
    if torch.cuda.is_available():
        return torch.cuda.mem_get_info()[0]
    return platforms.available_memory()


def foretell(config: TrainConfig, corpus: Corpus) -> str:
    """One line on what a training takes; an error if it does not fit.

    Raises
    ------
    MemoryLimitError
        If a step would not fit into memory; names the batch that would. A batch is
        part of the config, so it is never changed in silence.
    """
    taken, free = needs(config, corpus), free_memory()
    need = taken.memory(config.batch_size)
    if free is not None and need > free:
        fits = taken.largest_batch(free)
        remedy = f"batch_size={fits} fits" if fits else "no batch fits"
        raise MemoryLimitError(
            f"{config.model} with batch_size={config.batch_size} takes about"
            f" {need / 2**30:.1f} GiB, and {free / 2**30:.1f} GiB are free here;"
            f" {remedy}"
        )
    room = "" if free is None else f" of {free / 2**30:.1f} GiB free"
    return (
        f"takes about {need / 2**30:.1f} GiB of memory{room},"
        f" {taken.store / 2**20:.0f} MiB of disk for features"
    )
