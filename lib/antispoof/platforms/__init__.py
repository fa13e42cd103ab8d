"""Where this runs, which GPUs it has, and how long it may take.

Nothing here imports torch, so that a page shows its first line at once.
"""

from antispoof.platforms.deadline import seconds_left
from antispoof.platforms.description import describe_environment, describe_machine
from antispoof.platforms.detect import detect_platform
from antispoof.platforms.folders import feature_cache_dir, find_previous_runs
from antispoof.platforms.gpu import gpus
