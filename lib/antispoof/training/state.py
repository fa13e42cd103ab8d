"""Progress of a training: everything a checkpoint holds besides model and optimiser."""

from dataclasses import dataclass, field

from torch import Tensor

from antispoof.config import TrainConfig


@dataclass
class TrainerState:
    """Finished epochs and the best one so far.

    Attributes
    ----------
    epoch : the next epoch, from 0 on; the number of finished ones.
    history : one row per finished epoch.
    best_key, best_epoch, best_weights : of the kept epoch; larger keys are better.
    """

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_key: list[float] | None = None
    best_epoch: int = -1
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    def end_epoch(self, row: dict[str, float], weights: dict, *, keep: bool) -> None:
        """Add an epoch to the history.

        Its weights are kept if `keep` is set or it is the best so far: by macro-F1 on
        the validation speakers, then by the lower loss.
        """
        key = [row["val_macro_f1"], -row["val_loss"]]
        if keep or self.best_key is None or key > self.best_key:
            self.best_key, self.best_epoch = key, self.epoch
            self.best_weights = {n: v.cpu().clone() for n, v in weights.items()}
        self.history = [*self.history, row]
        self.epoch += 1

    def is_finished(self, config: TrainConfig) -> bool:
        """Whether all epochs are done, or none was better for `patience` epochs."""
        waited = self.epoch - 1 - self.best_epoch
        stopped = config.patience and self.epoch and waited >= config.patience
        return bool(self.epoch >= config.epochs or stopped)
