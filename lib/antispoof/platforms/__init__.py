"""Where this runs, which GPUs it has, and how long it may take.

Nothing here imports torch, so that a page shows its first line at once.
"""

from antispoof.platforms.deadline import seconds_left
from antispoof.platforms.description import describe_environment
from antispoof.platforms.detect import COLAB, KAGGLE, LOCAL, SLURM, detect_platform
from antispoof.platforms.folders import feature_cache_dir, find_previous_runs
from antispoof.platforms.gpu_lock import acquire_gpu
from antispoof.platforms.resources import describe_device, gpus

__all__ = [
    "COLAB",
    "KAGGLE",
    "LOCAL",
    "SLURM",
    "acquire_gpu",
    "describe_device",
    "describe_environment",
    "detect_platform",
    "feature_cache_dir",
    "find_previous_runs",
    "gpus",
    "seconds_left",
]
