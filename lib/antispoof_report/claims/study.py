"""H7 to H9 from the runs of the study that are kept in ``data/study``.

``profiles/study.yaml`` lists what was trained: corpus -> group -> model.
"""

from pathlib import Path

import pandas as pd

from antispoof.corpora import read_protocol
from antispoof.files import project_folder
from antispoof.runs import Run, list_runs, load_references
from antispoof.runs.record import protocol_name, scores_name
from antispoof.scoring.score_files import read_scores
from antispoof_report.claims import CNN, RESNET_LSTM
from antispoof_report.claims.order import AS_IS, h8
from antispoof_report.claims.prior import h9
from antispoof_report.claims.silence import BASELINES, h7
from antispoof_report.claims.verdicts import Verdict

FOLDER = Path("data/study")
CROSSED = {
    ("as is", "as is"): "main",
    ("as is", "trimmed"): "main-trimmed",
    ("trimmed", "as is"): "trimmed-untrimmed",
    ("trimmed", "trimmed"): "trimmed",
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
    found = {k: score_tables(corpus, g, CNN, partition) for k, g in CROSSED.items()}
    return _same_seeds(found)


def baselines(corpus: str, partition: str) -> dict[str, pd.DataFrame]:
    """Scores by the length of clips alone, and by the silence at their ends."""
    found = {}
    for folder in (project_folder() / FOLDER / corpus / "baselines").glob("*"):
        trials = read_protocol(folder / protocol_name(partition))
        for name in BASELINES:
            file = folder / f"{name}-{scores_name(partition)}"
            found[name] = read_scores(file, trials)
    return found


def ratios(corpus: str, partition: str) -> tuple[dict[int, list], list[pd.DataFrame]]:
    """Spoof clips for each bona fide one -> scores; and those of the weighted loss."""
    groups = {ratio: f"ratio{ratio}" for ratio in RATIOS}
    found = {r: score_tables(corpus, g, CNN, partition) for r, g in groups.items()}
    found = {ratio: runs for ratio, runs in found.items() if runs}
    last = groups[max(found)] if found else ""
    weighted = score_tables(corpus, f"{last}-weighted", CNN, partition)
    found = _same_seeds({**found, 0: weighted})
    weighted = found.pop(0, [])
    return found, weighted


def test_controls(
    corpus: str, partition: str, *, n_replicates: int = 2000
) -> list[Verdict]:
    """The verdicts H7 to H9 that the kept runs allow."""
    options, verdicts = {"n_replicates": n_replicates}, []
    silence = crossed(corpus, partition)
    if ("as is", "trimmed") in silence:
        verdicts.append(h7(silence, baselines(corpus, partition), **options))
    steps = {k: score_tables(corpus, *g, partition) for k, g in ORDER.items()}
    steps = _same_seeds(steps)
    if "shuffled" in steps:
        verdicts.append(h8(steps, **options))
    by_ratio, weighted = ratios(corpus, partition)
    if len(by_ratio) > 1 and weighted:
        verdicts.append(h9(by_ratio, weighted, **options))
    return verdicts


def _same_seeds(found: dict) -> dict:
    """Those that have runs, each with as many seeds as the one with fewest has."""
    found = {key: runs for key, runs in found.items() if runs}
    n_seeds = min(map(len, found.values()), default=0)
    return {key: runs[:n_seeds] for key, runs in found.items()}
