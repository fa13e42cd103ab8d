"""Where training runs: one accelerator object a fit, on whatever is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.state import AcceleratorState, GradientState

from antispoof.errors import ParameterError
from antispoof.scoring import best_device

MIXED = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}
# By what torchrun, accelerate and mpirun tell a process that it has peers.
LAUNCHERS = (
    "LOCAL_RANK",
    "WORLD_SIZE",
    "PMI_SIZE",
    "OMPI_COMM_WORLD_SIZE",
    "MV2_COMM_WORLD_SIZE",
)


def make_accelerator(precision: str, *, cpu: bool = False) -> Accelerator:
    """An accelerator of the wanted precision, though another was made before.

    Accelerate keeps one state a process and refuses a second precision or device;
    fits follow one another here, so the state starts afresh. A process started by a
    launcher joins the others.

    Parameters
    ----------
    cpu : stay on the CPU and alone, whatever there is.

    Raises
    ------
    ParameterError
        If the device cannot compute in that precision: the CPU would quietly train
        in float32.
    """
    forget_accelerators()
    # Every process normalises by the whole batch: buffers are equal by themselves.
    ddp = DistributedDataParallelKwargs(broadcast_buffers=False)
    with unlaunched() if cpu else nullcontext():
        accelerator = Accelerator(
            mixed_precision=MIXED[precision],
            # Without it, processes launched where no GPU is would not join.
            cpu=cpu or best_device().type == "cpu",
            kwargs_handlers=[ddp],
        )
    if precision == "fp16" and accelerator.device.type == "cpu":
        raise ParameterError("precision='fp16' needs a GPU; accepted here: fp32, bf16")
    if (
        precision == "bf16"
        and accelerator.device.type == "cuda"
        and not torch.cuda.is_bf16_supported()
    ):
        raise ParameterError(
            f"precision='bf16' is not for {torch.cuda.get_device_name()};"
            " accepted here: fp32, fp16"
        )
    return accelerator


def forget_accelerators() -> None:
    """Let the next accelerator be made as if it were the first."""
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


@contextmanager
def unlaunched() -> Iterator[None]:
    """Let no launcher be seen, so that an accelerator made here is an only one."""
    left = {name: os.environ.pop(name) for name in LAUNCHERS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(left)
