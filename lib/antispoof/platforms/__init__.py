"""Where this runs, what is there to use, and how long it may take.

``marks`` tell the platform, ``machine`` its device, memory and disk, ``deadline`` the
time left, ``folders`` where large files go; ``lending`` gives one GPU to one process;
``summary`` says what was found in one line.
Nothing here imports torch, so that a page can say where it is, and refuse what it was
given, at once.
"""

from antispoof.platforms.deadline import seconds_left, stop_in_time
from antispoof.platforms.folders import attached_runs, store_folder
from antispoof.platforms.lending import one_gpu
from antispoof.platforms.machine import GIB, device, disk_free, gpus, memory
from antispoof.platforms.marks import COLAB, KAGGLE, LOCAL, SLURM, place
from antispoof.platforms.summary import summary

__all__ = [
    "COLAB",
    "GIB",
    "KAGGLE",
    "LOCAL",
    "SLURM",
    "attached_runs",
    "device",
    "disk_free",
    "gpus",
    "memory",
    "one_gpu",
    "place",
    "seconds_left",
    "stop_in_time",
    "store_folder",
    "summary",
]
