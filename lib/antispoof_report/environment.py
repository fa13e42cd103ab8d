"""The machine and the versions that a page was made with."""

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

import pandas as pd

from antispoof.platforms import describe_machine

# Besides what a run depends on, what draws and builds the pages.
PACKAGES = ("scipy", "matplotlib", "seaborn", "papermill", "jupyter-book")


def environment() -> pd.DataFrame:
    """Hardware and versions, one per row: columns ``item`` and ``value``.

    What a run records, and the packages that made the page; packages that are not
    installed have no row.
    """
    machine = describe_machine()
    rows = {
        "processor": f"{machine['processor']}, {machine['cores']} cores",
        "memory": f"{machine['memory_gib']:.0f} GiB",
        "computed on": device(),
        "system": machine["system"],
        "Python": machine["python"],
        **machine["packages"],
    }
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            rows[package] = version(package)
    return pd.DataFrame(rows.items(), columns=["item", "value"])


def device() -> str:
    """What the arithmetic runs on: the GPU's name, or the number of cores."""
    machine = describe_machine()
    on_cpu = machine["device"] == "cpu"
    return f"CPU, {machine['cores']} cores, no GPU" if on_cpu else machine["device"]
