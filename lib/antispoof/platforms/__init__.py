"""Where this runs, what is there to use, and how long it may take.

``marks`` tell the platform, ``machine`` its device, memory and disk, ``deadline`` the
time left, ``folders`` where large files go; ``lending`` gives one GPU to one process;
``summary`` says what was found in one line.
Nothing here imports torch, so that a page can say where it is, and refuse what it was
given, at once.
"""

from antispoof.platforms.deadline import seconds_left, stop_in_time
from antispoof.platforms.description import summary
from antispoof.platforms.detect import COLAB, KAGGLE, LOCAL, SLURM, place
from antispoof.platforms.folders import feature_cache_dir, find_previous_runs
from antispoof.platforms.gpu_lock import acquire_gpu
from antispoof.platforms.resources import GIB, device, disk_free, gpus, memory

__all__ = [
    "COLAB",
    "GIB",
    "KAGGLE",
    "LOCAL",
    "SLURM",
    "find_previous_runs",
    "device",
    "disk_free",
    "gpus",
    "memory",
    "acquire_gpu",
    "place",
    "seconds_left",
    "stop_in_time",
    "feature_cache_dir",
    "summary",
]
