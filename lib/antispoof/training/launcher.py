"""Several processes from a notebook or a program that is one."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import torch
from accelerate import notebook_launcher
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

from antispoof.errors import ParameterError, RunError
from antispoof.training.devices import forget_accelerators


def launch(function: Callable[[], object], n: int) -> None:
    """Call a function in `n` processes that find one another; one a GPU.

    Without GPUs every process has one thread: a pool of threads does not outlive the
    fork. ``accelerate launch`` gives them more.

    Raises
    ------
    ParameterError
        If there are fewer GPUs, or this process has used one.
    RunError
        If a process fails, with what it said.
    """
    n_gpus = torch.cuda.device_count()
    if n_gpus and n > n_gpus:
        raise ParameterError(f"processes={n}, and {n_gpus} GPUs are there")
    if torch.cuda.is_initialized():
        raise ParameterError(
            f"processes={n} must start before a GPU is used here; restart the"
            " notebook and run this first"
        )
    forget_accelerators()
    try:
        notebook_launcher(_alone, (function,), num_processes=n, use_port=_free_port())
    except ChildFailedError as error:
        _, failure = error.get_first_failure()
        said = failure.message
        if isinstance(said, dict):
            said = said.get("message", said)
        raise RunError(f"one of {n} processes failed: {said}") from error


def _alone(function: Callable[[], object]) -> None:
    if not torch.cuda.is_available():
        os.environ["OMP_NUM_THREADS"] = "1"
        torch.set_num_threads(1)
    function()


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])
