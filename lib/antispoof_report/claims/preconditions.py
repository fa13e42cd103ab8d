"""When a claim may be judged at all.

A claim about architectures cannot be tested on a model that has not learned its task:
whatever it decides, its training decided it. So a verdict that compares models is
withheld while one of them is hardly better than chance on dev, whose attacks it knows.
The limit was fixed as half of chance, and it is never looked at on eval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from antispoof.metrics import eer
from antispoof.models import TITLES
from antispoof.stats.panel import make_panel
from antispoof_report.claims.verdicts import UNDECIDED, Verdict

LEARNED = 0.25  # EER on dev, mean over seeds; a coin has 0.5
COMPARING = ("H1", "H2", "H3", "H4", "H6")  # H5 asks of each model by itself


def undertrained(dev: Mapping[str, Sequence[pd.DataFrame]]) -> dict[str, float]:
    """Models whose EER on dev, mean over seeds, is above the limit -> that EER.

    Parameters
    ----------
    dev : model -> one score table a seed; columns as `make_panel` takes them.
    """
    panel = make_panel(dev)
    rates = {
        model: float(np.mean([eer(row, panel.labels) for row in rows]))
        for model, rows in panel.scores.items()
    }
    return {model: rate for model, rate in rates.items() if rate > LEARNED}


def gate_on_dev_eer(
    verdicts: Sequence[Verdict], dev: Mapping[str, Sequence[pd.DataFrame]]
) -> list[Verdict]:
    """The verdicts, with those undecided that compare a model that has not learned.

    The findings stay as they are; the sentence says why nothing is concluded.
    """
    failed = undertrained(dev)
    if not failed:
        return list(verdicts)
    names = " and ".join(f"{TITLES[m]} ({rate:.1%})" for m, rate in failed.items())
    reason = (
        f"No verdict is drawn: the EER on the testing dataset is above {LEARNED:.0%}"
        f" for {names}, which is too near to chance for a claim about architectures."
    )
    return [
        replace(
            v,
            verdict=UNDECIDED,
            sentence=f"{reason} By the numbers alone: {v.sentence}",
        )
        if v.key in COMPARING
        else v
        for v in verdicts
    ]
