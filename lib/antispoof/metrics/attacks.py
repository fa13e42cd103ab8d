"""One attack at a time, each against every bona fide trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ScoreError
from antispoof.metrics.detection import eer
from antispoof.metrics.validation import validate

T = TypeVar("T")


def per_attack(
    scores: ArrayLike,
    labels: ArrayLike,
    attacks: Sequence[str],
    *,
    metric: Callable[[np.ndarray, np.ndarray], T] = eer,
) -> dict[str, T]:
    """A metric of each attack's trials together with all bona fide trials.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    attacks : (n,) names; those of bona fide trials are not read.
    metric : any function of scores and labels; the EER by default.

    Returns
    -------
    Attack -> value, in the order of the attacks' names.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`, and what the metric raises.

    Examples
    --------
    >>> per_attack([-2.0, 1.0, 0.5], [0, 0, 1], ["A07", "A17", "-"])
    {'A07': 0.0, 'A17': 1.0}
    """
    scores, labels = validate(scores, labels)
    if len(attacks) != scores.size:
        raise ScoreError(
            f"{len(attacks)} attack names for {scores.size} trials; one a trial is "
            "accepted"
        )
    spoofs = np.flatnonzero(labels == SPOOF)
    # A dictionary sorts trials into attacks faster than comparing text 13 times, and
    # sorted trials are cheap to sort again, which is most of a metric's work.
    names = [attacks[trial] for trial in spoofs.tolist()]
    position = {name: at for at, name in enumerate(sorted(set(names)))}
    member = np.fromiter(map(position.__getitem__, names), dtype=np.int64)
    order = np.argsort(scores[spoofs], kind="stable")
    spoof, member = scores[spoofs][order], member[order]
    bonafide = np.sort(scores[labels == BONAFIDE])
    return {
        name: metric(*_against(bonafide, spoof[member == at]))
        for name, at in position.items()
    }


def _against(bonafide: np.ndarray, spoof: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat((SPOOF, BONAFIDE), (spoof.size, bonafide.size))
    return np.concatenate((spoof, bonafide)), labels
