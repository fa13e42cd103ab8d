"""Callbacks of `fit`: what happens after an epoch besides training."""

from collections.abc import Callable

from antispoof import platforms
from antispoof.errors import TimeLimitError

RESERVE_SECONDS = 300.0  # left to write results and end the notebook

Callback = Callable[[dict[str, float]], None]


def log_epoch(log: Callable[[str], None], n_epochs: int, row: dict[str, float]) -> None:
    """Log loss, validation macro-F1 and duration of an epoch in one line."""
    log(
        f"epoch {row['epoch'] + 1}/{n_epochs}"
        f": loss {row['loss']:.4f}, validation macro-F1 {row['val_macro_f1']:.3f},"
        f" {row['seconds']:.1f} s"
    )


class TimeLimit:
    """Stops before the platform would: see :func:`antispoof.platforms.seconds_left`.

    Training stops after an epoch if the next one, at the length of the longest so far,
    and a reserve would not fit into the time that is left.

    Raises
    ------
    TimeLimitError
        When it is called. The checkpoint is written.
    """

    def __init__(self, *, n_epochs: int) -> None:
        self.n_epochs, self._longest = n_epochs, 0.0

    def __call__(self, row: dict[str, float]) -> None:
        """Compare the time left with the time that is needed."""
        left = platforms.seconds_left()
        self._longest = max(self._longest, row["seconds"])
        needed = self._longest if row["epoch"] + 1 < self.n_epochs else 0.0
        if left is not None and left < needed + RESERVE_SECONDS:
            raise TimeLimitError(
                f"stopped after epoch {int(row['epoch']) + 1}: another epoch takes"
                f" {needed:.0f} s, writing results up to {RESERVE_SECONDS:.0f} s, and"
                f" {max(left, 0):.0f} s are left. Nothing is lost: run the same again"
                " where the folder `runs` exists or is attached, and training resumes"
                " from its checkpoint"
            )
