"""Hardware and versions that a run was made with; no names and no paths."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from typing import Any

import torch

PACKAGES = (
    "antispoof",
    "accelerate",
    "numpy",
    "pandas",
    "scikit-learn",
    "torch",
)


def describe() -> dict[str, Any]:
    """Python, packages, processor, accelerator and memory of this machine."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def _memory_gib() -> float | None:
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
