"""Training: the explicit loop, what it holds out, where it runs, how it resumes."""

from antispoof.training.distributed import Processes, here, logits_of_all
from antispoof.training.launcher import launch
from antispoof.training.loop import SAVE_SECONDS, FitResult, fit
from antispoof.training.validation import choose_holdout, split_holdout

__all__ = [
    "SAVE_SECONDS",
    "FitResult",
    "Processes",
    "choose_holdout",
    "fit",
    "here",
    "launch",
    "logits_of_all",
    "split_holdout",
]
