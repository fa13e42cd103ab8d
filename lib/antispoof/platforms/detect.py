"""Which platform this is, by the environment variables that each one sets."""

from __future__ import annotations

import os

KAGGLE = "Kaggle"
# Kubernetes last: Kaggle and Colab run on it, too.
ENV_MARKERS = {
    "KAGGLE_KERNEL_RUN_TYPE": KAGGLE,
    "COLAB_RELEASE_TAG": "Colab",
    "SLURM_JOB_ID": "SLURM",
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
}


def detect_platform() -> str:
    """``Kaggle``, ``Colab``, ``SLURM``, ``Kubernetes`` or ``this machine``."""
    found = (name for marker, name in ENV_MARKERS.items() if os.environ.get(marker))
    return next(found, "this machine")
