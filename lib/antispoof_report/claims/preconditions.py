"""A precondition of every comparison: the models compared have learned their task.

Verdicts that compare architectures are withheld while a model's EER on dev, whose
attacks it was trained on, exceeds 25 %, half of chance. The limit was fixed beforehand
and is never checked on eval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from antispoof.metrics import eer
from antispoof.stats.panel import make_panel
from antispoof_report.claims import TITLES
from antispoof_report.claims.verdicts import UNDECIDED, Verdict

MAX_DEV_EER = 0.25  # mean over seeds; chance is 0.5
COMPARING = ("H1", "H2", "H3", "H4", "H6")  # H5 looks at each model alone


def gate_on_dev_eer(
    verdicts: Sequence[Verdict], dev: Mapping[str, Sequence[pd.DataFrame]]
) -> list[Verdict]:
    """Withhold verdicts that compare models while one of them is undertrained.

    Parameters
    ----------
    verdicts : from :func:`~antispoof_report.claims.hypotheses.test_hypotheses`.
    dev : model -> one score table per seed; columns as `make_panel` takes them.

    Returns
    -------
    The verdicts in the same order. If a model is undertrained, those of COMPARING are
    "undecided" and their sentence begins with the reason; their findings are unchanged.
    """
    panel = make_panel(dev)
    failed = []
    for model, rows in panel.scores.items():
        error = np.mean([eer(row, panel.labels) for row in rows])
        if error > MAX_DEV_EER:
            failed.append(f"{TITLES[model]} ({error:.1%})")
    if not failed:
        return list(verdicts)
    reason = (
        "The verdict is withheld: the EER on the testing dataset is above "
        f"{MAX_DEV_EER:.0%} for {' and '.join(failed)}, too close to chance for a "
        "claim about architectures."
    )
    prefix = f"{reason} By the numbers alone:"
    return [
        replace(one, verdict=UNDECIDED, sentence=f"{prefix} {one.sentence}")
        if one.key in COMPARING
        else one
        for one in verdicts
    ]
