"""What a process may use here: GPUs, memory and disk, in bytes.

In a container the kernel tells of the whole host; the limits of the control group are
what holds, so the smaller of the two counts.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

GIB = 2**30
CONTROL_GROUP = Path("/sys/fs/cgroup")
# (limit, in use) of version 2, then of version 1
MEMORY_FILES = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
MEMINFO = Path("/proc/meminfo")
ASK_GPUS = (
    "nvidia-smi",
    "--query-gpu=name,memory.total",  # MiB
    "--format=csv,noheader,nounits",
)
SECONDS = 10  # that a driver may take to answer


def gpus() -> list[tuple[str, int]]:
    """Name and memory of every NVIDIA GPU that is there; empty without a driver."""
    if shutil.which(ASK_GPUS[0]) is None:
        return []
    try:
        said = subprocess.run(
            ASK_GPUS, capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):  # a driver without a card
        return []
    rows = [line.rsplit(",", 1) for line in said.splitlines() if "," in line]
    return [(name.strip(), int(float(mib) * 2**20)) for name, mib in rows]


def device() -> str:
    """What trains here, in words: the GPUs, else the processor's cores."""
    found = gpus()
    if found:
        name, size = found[0]
        count = f"{len(found)} x " if len(found) > 1 else ""
        return f"{count}{name} ({size / GIB:.0f} GiB)"
    cores = f"{os.cpu_count()} cores"
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return f"Apple GPU, {cores}"
    return f"no GPU, {cores}"


def memory() -> int | None:
    """Bytes of memory that a process can still take; None where nobody tells."""
    known = [free for free in (_of_host(), _of_group()) if free is not None]
    return min(known, default=None)


def disk_free(folder: str | Path) -> int:
    """Bytes free where ``folder`` is, or will be made."""
    folder = Path(folder).absolute()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _of_host() -> int | None:
    if not MEMINFO.is_file():
        return None
    rows = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines())
    told = rows.get("MemAvailable", "").split()
    return int(told[0]) * 1024 if told else None


def _of_group() -> int | None:
    for limit, used in MEMORY_FILES:
        try:
            most = (CONTROL_GROUP / limit).read_text().strip()
            taken = (CONTROL_GROUP / used).read_text().strip()
        except OSError:
            continue
        if most.isdecimal():  # "max" is no limit
            return max(int(most) - int(taken), 0)
    return None
