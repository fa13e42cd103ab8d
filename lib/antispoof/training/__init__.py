"""Training: the explicit loop, what it holds out, where it runs, how it resumes."""

from antispoof.training.fit import Fitted, fit
from antispoof.training.holdout import choose_holdout, split_holdout

__all__ = ["Fitted", "choose_holdout", "fit", "split_holdout"]
