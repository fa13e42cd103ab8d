"""H7 to H9 from the runs of the study that are kept in ``data/study``.

``profiles/study.yaml`` lists what was trained: corpus -> group -> model.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from antispoof.corpora import read_protocol
from antispoof.files import project_folder
from antispoof.runs import Run, list_runs, load_references
from antispoof.runs.record import protocol_name, scores_name
from antispoof.scoring.score_files import read_scores
from antispoof_report.claims import CNN, RESNET_LSTM
from antispoof_report.claims.order import AS_IS, h8
from antispoof_report.claims.prior import WEIGHTED, h9
from antispoof_report.claims.silence import BASELINES, h7
from antispoof_report.claims.verdicts import Verdict

FOLDER = Path("data/study")
# What is compared -> group and model.
CROSSED = {
    ("as is", "as is"): ("main", CNN),
    ("as is", "trimmed"): ("main-trimmed", CNN),
    ("trimmed", "as is"): ("trimmed-untrimmed", CNN),
    ("trimmed", "trimmed"): ("trimmed", CNN),
}
ORDER = {
    AS_IS: ("main", RESNET_LSTM),
    "shuffled": ("main-shuffled", RESNET_LSTM),
    "mean": ("order", "resnet_mean"),
    "packed": ("order", "resnet_lstm_packed"),
}
RATIOS = (1, 3, 9)  # spoof clips for each bona fide one


def all_runs() -> list[Run]:
    """Every training of the study once, whatever it was tested on."""
    groups = sorted((project_folder() / FOLDER).glob("*/*"))
    found = [run for group in groups for run in list_runs(group)]
    return list({(r.corpus["id"], r.config, r.seed): r for r in found}.values())


def score_tables(
    corpus: str, group: str, model: str, partition: str
) -> list[pd.DataFrame]:
    """Scores of each seed of a model; none if the study has not trained it."""
    runs = load_references(model, folder=FOLDER / corpus / group)
    return [run.scores(partition) for run in sorted(runs, key=lambda run: run.seed)]


def crossed(corpus: str, partition: str) -> dict[tuple[str, str], list[pd.DataFrame]]:
    """(trained on, tested on) -> scores of the CNN, by as many seeds for each."""
    return _same_seeds(CROSSED, corpus, partition)


def baselines(corpus: str, partition: str) -> dict[str, pd.DataFrame]:
    """Scores by the length of clips alone, and by the silence at their ends."""
    found = {}
    for folder in (project_folder() / FOLDER / corpus / "baselines").glob("*"):
        trials = read_protocol(folder / protocol_name(partition))
        for name in BASELINES:
            file = folder / f"{name}-{scores_name(partition)}"
            found[name] = read_scores(file, trials)
    return found


def test_controls(
    corpus: str, partition: str, *, n_replicates: int = 2000
) -> list[Verdict]:
    """The verdicts H7 to H9 that the kept runs allow."""
    options, verdicts = {"n_replicates": n_replicates}, []
    silence = crossed(corpus, partition)
    if ("as is", "trimmed") in silence:
        verdicts.append(h7(silence, baselines(corpus, partition), **options))
    steps = _same_seeds(ORDER, corpus, partition)
    if "shuffled" in steps:
        verdicts.append(h8(steps, **options))
    groups = {ratio: (f"ratio{ratio}", CNN) for ratio in RATIOS}
    found = _same_seeds(groups, corpus, partition)
    if len(found) > 1:
        groups[WEIGHTED] = (f"ratio{max(found)}-weighted", CNN)
        found = _same_seeds(groups, corpus, partition)
        if weighted := found.pop(WEIGHTED, None):
            verdicts.append(h9(found, weighted, **options))
    return verdicts


def _same_seeds(groups: Mapping, corpus: str, partition: str) -> dict:
    """Scores of those that were trained, by as many seeds as each of them has."""
    found = {k: score_tables(corpus, *of, partition) for k, of in groups.items()}
    n_seeds = min((len(runs) for runs in found.values() if runs), default=0)
    return {key: runs[:n_seeds] for key, runs in found.items() if runs}
