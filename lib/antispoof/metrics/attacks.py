"""One attack at a time, each against every bona fide trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ScoreError
from antispoof.metrics.detection import eer
from antispoof.metrics.validation import validate

MIN_TRIALS = 10  # of each class; an EER of fewer is not shown as a measurement


def per_attack(
    scores: ArrayLike,
    labels: ArrayLike,
    attacks: Sequence[str],
    *,
    min_trials: int = MIN_TRIALS,
) -> dict[str, float]:
    """EER of each attack's trials together with all bona fide trials.

    Parameters
    ----------
    scores : (n,) floats. labels : (n,) class indices.
    attacks : (n,) names; those of bona fide trials are not read.
    min_trials : with fewer trials of either class the EER of an attack is NaN.

    Returns
    -------
    Attack -> EER, in the order of the attacks' names.

    Raises
    ------
    ScoreError
        See :func:`~antispoof.metrics.validate`.

    Examples
    --------
    >>> per_attack([-2.0, 1.0, 0.5], [0, 0, 1], ["A07", "A17", "-"], min_trials=1)
    {'A07': 0.0, 'A17': 1.0}
    """
    scores, labels = validate(scores, labels)
    if len(attacks) != scores.size:
        raise ScoreError(
            f"{len(attacks)} attack names for {scores.size} trials; one per trial is "
            "accepted"
        )
    bonafide = scores[labels == BONAFIDE]
    names, position = np.unique(
        np.asarray(attacks, dtype=str)[labels == SPOOF], return_inverse=True
    )
    values = {}
    for i, name in enumerate(names.tolist()):
        spoof = scores[labels == SPOOF][position == i]
        if min(spoof.size, bonafide.size) < min_trials:
            values[name] = float("nan")
        else:
            own = np.repeat((SPOOF, BONAFIDE), (spoof.size, bonafide.size))
            values[name] = eer(np.concatenate((spoof, bonafide)), own)
    return values
