"""Several models, each with several seeds, scored on the same trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from antispoof.constants import label_indices
from antispoof.errors import ScoreError

TRIAL_COLUMNS = ("utt_id", "speaker", "attack", "label")


@dataclass(frozen=True)
class Panel:
    """Scores side by side, ready to be compared trial by trial.

    Attributes
    ----------
    trials : DataFrame of n rows with ``utt_id``, ``speaker``, ``attack``, ``label``.
    labels : (n,) class indices.
    scores : model -> (n_seeds, n) scores; the k-th seed of one model is paired with the
        k-th of another.
    """

    trials: pd.DataFrame
    labels: np.ndarray
    scores: Mapping[str, np.ndarray]

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models."""
        return tuple(self.scores)

    @property
    def n_seeds(self) -> int:
        """Number of seeds of every model."""
        return next(iter(self.scores.values())).shape[0]

    @property
    def units(self) -> np.ndarray:
        """(n,) numbers from 0 of the speakers; of the trials if they are of one."""
        speakers = pd.factorize(self.trials["speaker"], sort=True)[0]
        return speakers if speakers.any() else np.arange(len(speakers))


def make_panel(tables: Mapping[str, Sequence[pd.DataFrame]]) -> Panel:
    """Put score tables side by side.

    Parameters
    ----------
    tables : model -> one table per seed, each with ``utt_id``, ``speaker``, ``attack``,
        ``label`` and ``score``, in any order of rows.

    Returns
    -------
    A panel whose trials stand in the order of the first table.

    Raises
    ------
    ScoreError
        If nothing is given, models differ in the number of seeds, or tables differ in
        their trials.
    """
    n_seeds = {model: len(seeds) for model, seeds in tables.items()}
    if len({*n_seeds.values()}) != 1 or not all(n_seeds.values()):
        found = ", ".join(f"{model}: {count}" for model, count in n_seeds.items())
        raise ScoreError(
            f"numbers of seeds ({found or 'no score tables'}); seeds are compared in"
            " pairs, the same number of every model is needed"
        )
    trials = next(iter(tables.values()))[0][list(TRIAL_COLUMNS)].reset_index(drop=True)
    scores = {
        model: np.stack([_aligned(table, trials, model) for table in seeds])
        for model, seeds in tables.items()
    }
    return Panel(trials, label_indices(trials["label"]), scores)


def _aligned(table: pd.DataFrame, trials: pd.DataFrame, model: str) -> np.ndarray:
    by_trial, wanted = table.set_index("utt_id"), trials["utt_id"]
    missing = wanted[~wanted.isin(by_trial.index)]
    if by_trial.index.has_duplicates or len(missing) or len(by_trial) != len(wanted):
        example = f"; {missing.iloc[0]} is missing" if len(missing) else ""
        raise ScoreError(
            f"a score table of {model} has {len(by_trial)} rows for {len(wanted)} "
            f"trials; every table must hold the same trials, each once{example}"
        )
    aligned = by_trial.loc[wanted]
    if (aligned["label"].to_numpy() != trials["label"].to_numpy()).any():
        raise ScoreError(f"a score table of {model} labels trials unlike another one")
    return aligned["score"].to_numpy(dtype=np.float64)
