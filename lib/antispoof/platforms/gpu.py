"""The GPUs of this machine."""

from __future__ import annotations

import subprocess

QUERY_GPUS = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")


def gpus() -> list[str]:
    """Every NVIDIA GPU as "name, memory"; empty without a working driver."""
    options = {"capture_output": True, "text": True, "timeout": 10, "check": True}
    try:
        lines = subprocess.run(QUERY_GPUS, **options).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):  # no driver, or one without a card
        return []
    return [line.strip() for line in lines if "," in line]
