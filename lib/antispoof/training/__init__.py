"""Training: the explicit loop, its state and callbacks, validation, and devices."""

from antispoof.training.accelerators import current_processes
from antispoof.training.callbacks import Callback, TimeLimit, log_epoch
from antispoof.training.loop import FitResult, fit
from antispoof.training.validation import draw_clips, split_validation
