"""The GPUs and the processor of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess

QUERY_GPUS = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
TIMEOUT = 10  # seconds


def gpus() -> list[str]:
    """Every NVIDIA GPU as "name, memory"; empty without a working driver."""
    if shutil.which(QUERY_GPUS[0]) is None:
        return []
    try:
        done = subprocess.run(
            QUERY_GPUS, capture_output=True, text=True, timeout=TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):  # a driver without a card
        return []
    return [line.strip() for line in done.stdout.splitlines() if "," in line]


def describe_device() -> str:
    """What trains here, in words: the GPUs, else the number of processor cores."""
    found = gpus()
    if not found:
        return f"no NVIDIA GPU, {os.cpu_count()} cores"
    return (f"{len(found)} x " if len(found) > 1 else "") + found[0]
