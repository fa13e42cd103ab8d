"""The machine and the versions that a page was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from antispoof.runs.environment import describe as recorded_environment

# Beside what a run depends on, what draws and builds the pages.
PACKAGES = ("scipy", "matplotlib", "seaborn", "papermill", "jupyter-book")


def environment() -> pd.DataFrame:
    """Hardware and versions, one a row: columns ``item`` and ``value``.

    What a run records of them, and the packages that made the page; those that are
    not installed have no row.
    """
    made = recorded_environment()
    memory = made["memory_gib"]
    rows = [
        ("processor", f"{_processor()}, {made['cores']} cores"),
        ("memory", "unknown" if memory is None else f"{memory:.0f} GiB"),
        ("computed on", device()),
        ("system", made["system"]),
        ("Python", made["python"]),
        *made["packages"].items(),
    ]
    for package in PACKAGES:
        try:
            rows.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return pd.DataFrame(rows, columns=["item", "value"])


def device() -> str:
    """What does the arithmetic here: the GPU's name, or that there is none."""
    made = recorded_environment()
    if made["device"] != "cpu":
        return made["device"]
    return f"CPU, {made['cores']} cores, no GPU"


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    if about.is_file():
        for line in about.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine() or "unknown"
