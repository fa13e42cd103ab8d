"""H7: are silence and the length of clips a shortcut?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from antispoof.metrics import METRICS
from antispoof.stats.bootstrap import resample
from antispoof.stats.estimates import combine
from antispoof.stats.panel import make_panel
from antispoof_report.claims.verdicts import (
    MIN_EFFECT_RATE,
    Verdict,
    conjunction,
    disjunction,
    make_finding,
    make_findings,
    make_verdict,
)

Crossed = Mapping[tuple[str, str], Sequence[pd.DataFrame]]
BASELINES = {
    "duration": "length of the clip",
    "edge_silence": "silence at both ends",
}


def h7(
    crossed: Crossed,
    baselines: Mapping[str, pd.DataFrame],
    *,
    n_replicates: int = 2000,
) -> Verdict:
    """H7: the classes differ in silence or length, and a model makes use of it.

    Reproduced if a baseline that knows only the length of a clip, or only the silence
    at its ends, is better than chance, and if a model that was trained on clips as
    they are has a higher EER on the same clips without that silence.

    Parameters
    ----------
    crossed : (trained on, tested on), each "as is" or "trimmed" -> one score table per
        seed of the same model, on the same trials.
    baselines : name -> scores of the same trials by one of BASELINES.
    """
    n_seeds = len(next(iter(crossed.values())))
    tables = {" ".join(key): runs for key, runs in crossed.items()}
    # A baseline is the same with every seed.
    tables |= {name: [table] * n_seeds for name, table in baselines.items()}
    resampled = resample(
        make_panel(tables), n_replicates=n_replicates, metrics={"eer": METRICS["eer"]}
    )
    eer = {name: resampled.quantity("eer", name) for name in tables}
    found = make_findings(
        [f"50 % minus the EER of the {BASELINES[name]} alone" for name in baselines],
        [combine(lambda v: 0.5 - v, eer[name]) for name in baselines],
        min_effect=MIN_EFFECT_RATE,
    )
    changes = []
    for key in crossed:
        if key != ("as is", "as is"):
            name = f"EER, trained {key[0]} and tested {key[1]}, minus all as is"
            change = combine(np.subtract, eer[" ".join(key)], eer["as is as is"])
            direction = 1 if key == ("as is", "trimmed") else 0
            changes.append(make_finding(name, change, direction=direction))
    changes.sort(key=lambda finding: -finding.direction)
    return make_verdict(
        "H7",
        "The classes differ in silence or length, and the CNN makes use of it.",
        "That silence and length are a shortcut",
        conjunction(
            [disjunction(finding.verdict for finding in found), changes[0].verdict]
        ),
        [*changes, *found],
    )
