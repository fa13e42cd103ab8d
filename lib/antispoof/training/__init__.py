"""Training: the explicit loop, what it holds out, where it runs, how it resumes."""

from antispoof.training.fit import SAVE_SECONDS, Fitted, fit
from antispoof.training.holdout import choose_holdout, split_holdout
from antispoof.training.launch import launch
from antispoof.training.processes import Processes, here, logits_of_all

__all__ = [
    "SAVE_SECONDS",
    "Fitted",
    "Processes",
    "choose_holdout",
    "fit",
    "here",
    "launch",
    "logits_of_all",
    "split_holdout",
]
