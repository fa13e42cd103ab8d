"""H7: are silence and the length of clips a shortcut?"""

from collections.abc import Mapping, Sequence

import pandas as pd

from antispoof.stats.estimates import combine
from antispoof_report.claims import verdicts

Crossed = Mapping[tuple[str, str], Sequence[pd.DataFrame]]
BASELINES = {"duration": "length of the clip", "edge_silence": "silence at both ends"}


def h7(
    crossed: Crossed, baselines: Mapping[str, pd.DataFrame], *, n_replicates: int = 2000
) -> verdicts.Verdict:
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
    resampled = verdicts.resample_tables(tables, n_replicates, "eer")
    alone = verdicts.adjust(
        verdicts.make_finding(
            f"50\u202f% minus the EER of the {BASELINES[name]} alone",
            combine(lambda error: 0.5 - error, resampled.quantity("eer", name)),
            direction=1,
        )
        for name in baselines
    )
    changes = [
        verdicts.compare(
            f"EER, trained {key[0]} and tested {key[1]}, minus all as is",
            resampled,
            "eer",
            (" ".join(key), "as is as is"),
            direction=int(key == ("as is", "trimmed")),
        )
        for key in crossed
        if key != ("as is", "as is")
    ]
    changes.sort(key=lambda finding: -finding.direction)
    is_there = verdicts.disjunction(finding.verdict for finding in alone)
    return verdicts.make_verdict(
        "H7",
        "The classes differ in silence or length, and the CNN makes use of it.",
        "That silence and length are a shortcut",
        verdicts.conjunction([is_there, changes[0].verdict]),
        [*changes, *alone],
    )
