"""The machine and the versions that a page was made with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pandas as pd

from antispoof.platforms import describe_machine

# Besides what a run depends on, what draws and builds the pages.
PACKAGES = ("scipy", "matplotlib", "seaborn", "papermill", "jupyter-book")


def environment() -> pd.DataFrame:
    """Hardware and versions, one a row: columns ``item`` and ``value``.

    What a run records of them, and the packages that made the page; those that are
    not installed have no row.
    """
    machine = describe_machine()
    memory = machine["memory_gib"]
    rows = {
        "processor": f"{machine['processor']}, {machine['cores']} cores",
        "memory": "unknown" if memory is None else f"{memory:.0f} GiB",
        "computed on": device(),
        "system": machine["system"],
        "Python": machine["python"],
        **machine["packages"],
    }
    for package in PACKAGES:
        try:
            rows[package] = version(package)
        except PackageNotFoundError:
            continue
    return pd.DataFrame(rows.items(), columns=["item", "value"])


def device() -> str:
    """What does the arithmetic here: the GPU's name, or that there is none."""
    machine = describe_machine()
    if machine["device"] != "cpu":
        return machine["device"]
    return f"CPU, {machine['cores']} cores, no GPU"
