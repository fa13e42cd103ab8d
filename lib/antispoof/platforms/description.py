"""The machine and its software, for the first line of a chapter and for run records.

Nothing here names a person or a folder, so that it can be published.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from antispoof import corpora
from antispoof.errors import AntispoofError
from antispoof.platforms.deadline import seconds_left
from antispoof.platforms.detect import detect_platform
from antispoof.platforms.gpu import gpus

PACKAGES = ("antispoof", "accelerate", "numpy", "pandas", "scikit-learn", "torch")


def describe_environment() -> str:
    """Version, platform, device, corpus, free disk space and time limit, in one line.

    The corpus is the one that is found if none is named.
    """
    try:
        found = corpora.find_corpus()
        corpus = "none found, a synthetic one is made" if found is None else found.id
    except AntispoofError as error:
        corpus = str(error).replace(os.fspath(Path.home()), "~")
    device = " + ".join(gpus()) or f"no NVIDIA GPU, {os.cpu_count()} cores"
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    left = seconds_left()
    limit = "no known limit" if left is None else f"{max(left, 0) / 3600:.1f} h left"
    return (
        f"antispoof {version('antispoof')} on {detect_platform()}: {device};"
        f" corpus: {corpus}; disk: {free:.0f} GiB free; time: {limit}"
    )


def describe_machine() -> dict[str, Any]:
    """Python, packages, processor, memory, and the device that torch computes on."""
    import torch

    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "packages": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    about = Path("/proc/cpuinfo")  # Linux; other systems have it in platform
    text = about.read_text(errors="replace") if about.is_file() else ""
    named = re.search(r"model name\s*: (.+)", text)
    return named[1] if named else platform.processor() or platform.machine()
