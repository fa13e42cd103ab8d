"""Where training runs: one accelerator object a fit, on whatever is there."""

from __future__ import annotations

from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState

from antispoof.errors import ParameterError

MIXED = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def make_accelerator(precision: str, *, cpu: bool = False) -> Accelerator:
    """An accelerator of the wanted precision, though another was made before.

    Accelerate keeps one state a process and refuses a second precision or device;
    fits follow one another here, so the state starts afresh.

    Raises
    ------
    ParameterError
        If the precision is fp16 and there is no accelerator: the CPU would quietly
        train in float32.
    """
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()
    accelerator = Accelerator(mixed_precision=MIXED[precision], cpu=cpu)
    if precision == "fp16" and accelerator.device.type == "cpu":
        raise ParameterError("precision='fp16' needs a GPU; accepted here: fp32, bf16")
    return accelerator
