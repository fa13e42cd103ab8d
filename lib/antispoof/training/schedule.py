"""The learning rate over the steps of a training."""

from torch.optim import Optimizer, lr_scheduler

from antispoof.config import TrainConfig

FLOOR = 1e-3  # of the learning rate, where a warm-up begins


def make_schedule(
    optimizer: Optimizer, config: TrainConfig, n_steps: int
) -> lr_scheduler.LRScheduler:
    """The config's schedule, stepped after every one of `n_steps` steps an epoch.

    A warm-up rises linearly, and what comes after it takes the remaining steps.
    """
    rising = config.warmup_epochs * n_steps
    after = config.epochs * n_steps - rising
    if config.schedule == "cosine":
        main = lr_scheduler.CosineAnnealingLR(optimizer, max(after, 1))
    else:
        main = lr_scheduler.ConstantLR(optimizer, factor=1.0)
    if not rising:
        return main
    warmup = lr_scheduler.LinearLR(optimizer, start_factor=FLOOR, total_iters=rising)
    return lr_scheduler.SequentialLR(optimizer, [warmup, main], milestones=[rising])
