"""The history of a fit as a TensorBoard log, for those who like to watch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from antispoof.errors import ParameterError


def journal(folder: Path) -> Callable[[dict[str, float]], None]:
    """A function that adds an epoch's row of the history to the log in `folder`.

    Every epoch is a file of its own, so that a killed fit leaves whole ones; what an
    earlier session noted of the same epoch or later ones no longer counts.

    Raises
    ------
    ParameterError
        If the package tensorboard is not there.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ParameterError(
            f"a log in {folder} needs the package tensorboard, which is not"
            " installed; pip install tensorboard"
        ) from error

    def note(row: dict[str, float]) -> None:
        with SummaryWriter(folder, purge_step=row["epoch"]) as writer:
            for name, value in row.items():
                if name != "epoch":
                    writer.add_scalar(name, value, row["epoch"])

    return note
