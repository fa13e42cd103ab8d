"""Devices, mixed precision and several processes, by Hugging Face accelerate."""

import os

from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState, PartialState

from antispoof.devices import best_device
from antispoof.errors import ParameterError

MIXED = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}
# Environment variables of torchrun, accelerate and mpirun, hidden for a single process.
LAUNCHERS = ("LOCAL_RANK", "WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE")


def make_accelerator(precision: str, *, cpu: bool = False) -> Accelerator:
    """An accelerator of the wanted precision, even if there was another before.

    Accelerate keeps one state per process and refuses a second precision or device;
    trainings follow one another here, so the state is reset. A process started by a
    launcher joins the others.

    Parameters
    ----------
    cpu : use the CPU and a single process, whatever is available.

    Raises
    ------
    ParameterError
        If the CPU should train in fp16: it would quietly train in float32.
    """
    on_cpu = cpu or best_device().type == "cpu"
    if precision == "fp16" and on_cpu:
        raise ParameterError("precision='fp16' needs a GPU; accepted here: fp32, bf16")
    reset_accelerate_state()
    hidden = {n: os.environ.pop(n) for n in LAUNCHERS if cpu and n in os.environ}
    try:
        # Without cpu=True, processes launched where there is no GPU would not join.
        return Accelerator(mixed_precision=MIXED[precision], cpu=on_cpu)
    finally:
        os.environ.update(hidden)


def reset_accelerate_state() -> None:
    """Let the next accelerator be made as if it were the first."""
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


def current_processes() -> PartialState:
    """This process among those that a launcher started: rank, number, main or not."""
    reset_accelerate_state()
    return PartialState(cpu=best_device().type == "cpu")
