"""Callbacks: what happens during a training besides training."""

from __future__ import annotations

import time
from collections.abc import Callable

from antispoof import platforms
from antispoof.errors import TimeLimitError

HEARTBEAT_SECONDS = 30.0  # between two progress messages within an epoch
RESERVE_SECONDS = 300.0  # left to write results and end the notebook

Log = Callable[[str], None]


class Callback:
    """Base class; override what you need. An exception ends the training.

    The checkpoint of an epoch is written before :meth:`on_epoch_end`.
    """

    def on_step(self, epoch: int, step: int, n_steps: int) -> None:
        """After step `step` (from 1 on) of `n_steps` in epoch `epoch` (from 0 on)."""

    def on_epoch_end(self, row: dict[str, float]) -> None:
        """After an epoch, with its row of the history."""


class ProgressLogger(Callback):
    """One line per epoch, and one now and then within a long epoch.

    Parameters
    ----------
    log : called with each line.
    n_epochs : of the configuration.
    """

    def __init__(self, log: Log, *, n_epochs: int) -> None:
        self.log, self.n_epochs = log, n_epochs
        self._last = time.monotonic()

    def on_step(self, epoch: int, step: int, n_steps: int) -> None:
        """Log the step if the last message is old enough."""
        if time.monotonic() - self._last > HEARTBEAT_SECONDS:
            self._last = time.monotonic()
            self.log(f"epoch {epoch + 1}/{self.n_epochs}, step {step}/{n_steps}")

    def on_epoch_end(self, row: dict[str, float]) -> None:
        """Log loss, validation macro-F1 and duration."""
        self._last = time.monotonic()
        self.log(
            f"epoch {row['epoch'] + 1}/{self.n_epochs}"
            f" loss {row['loss']:.4f} validation macro-F1 {row['val_macro_f1']:.3f}"
            f" {row['seconds']:.1f} s"
        )


class TimeLimit(Callback):
    """Stops before the platform would: see :func:`antispoof.platforms.seconds_left`.

    Training stops after an epoch if the next one, at the length of the longest so far,
    and a reserve would not fit into the time that is left.

    Raises
    ------
    TimeLimitError
        From :meth:`on_epoch_end`. The checkpoint is written.
    """

    def __init__(self, *, n_epochs: int, reserve: float = RESERVE_SECONDS) -> None:
        self.n_epochs, self.reserve = n_epochs, reserve
        self._longest = 0.0

    def on_epoch_end(self, row: dict[str, float]) -> None:
        """Compare the time left with the time that is needed."""
        left = platforms.seconds_left()
        self._longest = max(self._longest, row["seconds"])
        needed = self._longest if row["epoch"] + 1 < self.n_epochs else 0.0
        if left is not None and left < needed + self.reserve:
            raise TimeLimitError(
                f"stopped after epoch {int(row['epoch']) + 1}: another epoch takes"
                f" {needed:.0f} s, writing results up to {self.reserve:.0f} s, and"
                f" {max(left, 0):.0f} s are left. Nothing is lost: run the same again"
                " where the folder `runs` exists or is attached, and training resumes"
                " from its checkpoint"
            )
