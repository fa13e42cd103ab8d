"""Scores of a speaker verification system that was never run.

The t-DCF asks how often fakes also fool speaker verification. These scores are drawn
from normal distributions shaped like those the organisers publish for ASVspoof 2019
LA; how well each attack imitates its speaker is set by hand.
"""

from __future__ import annotations

import numpy as np

TARGET_MEAN, NONTARGET_MEAN, SPREAD = 25.0, -31.0, 14.0
N_TARGET, N_NONTARGET, N_SPOOF = 250, 1000, 150  # spoof: each attack

# Attacks that keep the vocal tract fool the system, those that change it do not.
SPOOF_MEANS = {
    "M01": 20.0,
    "M02": 12.0,
    "M03": 24.0,
    "M04": 26.0,
    "M05": 7.0,
    "M06": 2.0,
    "M07": 21.0,
    "M08": -4.0,
    "M09": 15.0,
    "M10": 23.0,
    "M11": -14.0,
    "M12": 27.0,
}


def asv_score_lines(attacks: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    """Lines ``attack key score``, as in the official score files."""
    groups = [
        ("bonafide target", TARGET_MEAN, N_TARGET),
        ("bonafide nontarget", NONTARGET_MEAN, N_NONTARGET),
        *((f"{attack} spoof", SPOOF_MEANS[attack], N_SPOOF) for attack in attacks),
    ]
    return [
        f"{kind} {score:.5f}"
        for kind, mean, size in groups
        for score in rng.normal(mean, SPREAD, size)
    ]
