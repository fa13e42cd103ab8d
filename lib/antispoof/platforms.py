"""The platform: where this runs, what the machine has, and how long it may take.

Kaggle and Colab delete their disks after a session, and Kaggle and schedulers end it.
Nothing here imports torch at once, so that a page shows its first line early. What
describes the machine names no person and no folder, so that it can be published.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from antispoof import corpora
from antispoof.corpora.discovery import COLAB_DRIVE, KAGGLE_INPUT
from antispoof.errors import AntispoofError, ParameterError
from antispoof.files import project_folder

KAGGLE = "Kaggle"
# Kubernetes last: Kaggle and Colab run on it, too.
ENV_MARKERS = {
    "KAGGLE_KERNEL_RUN_TYPE": KAGGLE,
    "COLAB_RELEASE_TAG": "Colab",
    "SLURM_JOB_ID": "SLURM",
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
}
LIMITS = ("ANTISPOOF_DEADLINE", "SLURM_JOB_END_TIME")
KAGGLE_SECONDS = 12 * 3600
# Kaggle's attached outputs: <input>/<notebook>, <input>/notebooks/<owner>/<notebook>
ATTACHED = ("*/runs", "*/*/*/runs")
ON_DRIVE = ("runs", "antispoof/runs")
QUERY_GPUS = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
PACKAGES = ("antispoof", "accelerate", "numpy", "pandas", "sklearn", "torch")


def detect_platform() -> str:
    """``Kaggle``, ``Colab``, ``SLURM``, ``Kubernetes`` or ``this machine``."""
    found = (name for marker, name in ENV_MARKERS.items() if os.environ.get(marker))
    return next(found, "this machine")


def gpus() -> list[str]:
    """Every NVIDIA GPU as "name, memory"; empty without a working driver."""
    options = {"capture_output": True, "text": True, "timeout": 10, "check": True}
    try:
        lines = subprocess.run(QUERY_GPUS, **options).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):  # no driver, or one without a card
        return []
    return [line.strip() for line in lines if "," in line]


def seconds_left() -> float | None:
    """Seconds until this process is ended from outside; None if no limit is known.

    The limit is the first of these that is set: ``$ANTISPOOF_DEADLINE`` (seconds since
    1970, set by a batch file or a person), ``$SLURM_JOB_END_TIME``, and on Kaggle
    twelve hours after the session began. Colab documents no limit.

    Raises
    ------
    ParameterError
        If one of the two variables is set and is not a number.
    """
    for name in filter(os.environ.get, LIMITS):
        try:
            return float(os.environ[name]) - time.time()
        except ValueError:
            raise ParameterError(
                f"${name}={os.environ[name]!r}; accepted: seconds since 1970"
            ) from None
    if detect_platform() == KAGGLE:
        with suppress(psutil.Error):  # the session's first process
            return psutil.Process(1).create_time() + KAGGLE_SECONDS - time.time()
    return None


def feature_cache_dir() -> Path:
    """The folder of cached features: ``data/features`` of the project.

    On Kaggle it is in the temporary folder: files in the working folder are kept as the
    notebook's output, up to 20 GB, and features are computed again in minutes. The same
    on Colab when the project is on Drive: training reads the cache in random order, and
    there each read may go over the network.
    """
    project = project_folder()
    if detect_platform() == KAGGLE or COLAB_DRIVE.parent in project.parents:
        return Path(tempfile.gettempdir()) / "antispoof-features"
    return project / "data/features"


def find_previous_runs() -> list[Path]:
    """Folders ``runs`` of earlier sessions: attached on Kaggle, or on Colab's Drive."""
    found = [path for pattern in ATTACHED for path in KAGGLE_INPUT.glob(pattern)]
    found += [COLAB_DRIVE / name for name in ON_DRIVE]
    return [path for path in found if path.is_dir()]


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
        f"antispoof {_version('antispoof')} on {detect_platform()}: {device};"
        f" corpus: {corpus}; disk: {free:.0f} GiB free; time: {limit}"
    )


def describe_machine() -> dict[str, Any]:
    """Python, packages, processor, threads, memory, and the device of torch."""
    import torch

    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),  # another number sums in another order
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(module: str) -> str:
    # Not by importlib.metadata: the library may be used without being installed.
    return import_module(module).__version__


def _processor() -> str:
    about = Path("/proc/cpuinfo")  # Linux; other systems have it in platform
    named = about.is_file() and re.search(r"model name\s*: (.+)", about.read_text())
    return named[1] if named else platform.processor() or platform.machine()
