"""Which platform this is, by the marks that each leaves in the environment."""

from __future__ import annotations

import os

KAGGLE, COLAB, SLURM, KUBERNETES, LOCAL = (
    "Kaggle",
    "Colab",
    "SLURM",
    "Kubernetes",
    "this machine",
)
# Kubernetes last: Kaggle and Colab run on it, too.
MARKS = {
    "KAGGLE_KERNEL_RUN_TYPE": KAGGLE,
    "COLAB_RELEASE_TAG": COLAB,
    "SLURM_JOB_ID": SLURM,
    "KUBERNETES_SERVICE_HOST": KUBERNETES,
}


def place() -> str:
    """``Kaggle``, ``Colab``, ``SLURM``, ``Kubernetes`` or ``this machine``."""
    return next((name for mark, name in MARKS.items() if os.environ.get(mark)), LOCAL)
