"""H9: is the bias to spoof the share of spoof clips in training?"""

from collections.abc import Mapping, Sequence

import pandas as pd

from antispoof.metrics import METRICS
from antispoof_report.claims import verdicts

WEIGHTED = "weighted"


def h9(
    ratios: Mapping[int, Sequence[pd.DataFrame]],
    weighted: Sequence[pd.DataFrame],
    *,
    n_replicates: int = 2000,
) -> verdicts.Verdict:
    """H9: more spoof clips in training make a model decide spoof more often.

    Reproduced if the rate of trials decided spoof rises from the lowest to the highest
    ratio and falls again if the loss weights the classes, at score 0.

    Parameters
    ----------
    ratios : spoof clips for each bona fide one in training -> one score table per seed.
    weighted : the highest ratio with class weights.
    """
    low, high = min(ratios), max(ratios)
    tables = {f"1:{ratio}": runs for ratio, runs in ratios.items()}
    resampled = verdicts.resample_tables({**tables, WEIGHTED: weighted}, n_replicates)

    def change(metric: str, first: str, second: str, direction: int):
        name = f"{METRICS[metric].title}, {first} minus {second}"
        pair = first, second
        return verdicts.compare(name, resampled, metric, pair, direction=direction)

    ends = f"1:{high}", f"1:{low}"
    claimed = [
        change("predicted_spoof_rate", *ends, 1),
        change("predicted_spoof_rate", WEIGHTED, ends[0], -1),
    ]
    shown = [change(metric, *ends, 0) for metric in ("accuracy", "macro_f1")]
    decisive = verdicts.intersection_union(claimed)
    return verdicts.make_verdict(
        "H9",
        "A model decides spoof more often the more spoof clips it was trained on, and"
        " a weighted loss corrects it.",
        "That the spoof bias is the class prior",
        decisive.verdict,
        [*claimed, *shown],
        decisive=decisive,
    )
