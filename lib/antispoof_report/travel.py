"""What models are worth on voices from elsewhere, from the runs in ``data/travel``.

``profiles/travel.yaml`` lists what was trained. All corpora there have the same test
clips: dev and eval of ASVspoof 2019, and those of open-fakes, where the speaker is the
source of a clip.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from antispoof import metrics
from antispoof.constants import BONAFIDE, SPOOF, label_indices
from antispoof.metrics.detection import eer_threshold
from antispoof.runs import Run, load_references
from antispoof_report.claims.verdicts import resample_tables
from antispoof_report.run_tables import per_cent

FOLDER = Path("data/travel")
HOME, ELSEWHERE = "ASVspoof 2019", "open-fakes"
TRAINED_ON = {
    "thesis": "ASVspoof 2019",
    "copies": "ASVspoof 2019 and vocoder copies",
    "modern": "open-fakes",
    "both": "both",
    "all": "everything",
    "mixed": "both, augmented",
    "coded": "both, augmented, coded",
}
STEPS = {
    ("thesis", "base"): "the thesis's CNN",
    ("thesis", "trim"): "silence trimmed, random crops",
    ("thesis", "masks"): "frequency and time masks",
    ("thesis", "mix"): "augmentation (mix)",
    ("thesis", "linear"): "linear front-end",
    ("thesis", "lfcc"): "LFCC front-end",
    ("thesis", "am_softmax"): "AM-softmax loss",
    ("thesis", "oc_softmax"): "OC-softmax loss",
    ("copies", "base"): "vocoder copies of the real clips",
    ("modern", "base"): "open-fakes instead of ASVspoof 2019",
    ("both", "base"): "open-fakes as well",
    ("all", "base"): "open-fakes, copies and spoken texts",
    ("thesis", "distilled"): "linear probe of distilled layers",
    ("both", "distilled"): "the same, and open-fakes",
    ("mixed", "distilled"): "the same, and augmented clips",
    ("mixed", "sources"): "the same, each source and class equally often",
    ("coded", "sources"): "the same, and clips after a lossy codec",
    ("coded", "dynamics"): "the same, and dynamics of cepstra",
}
N_REPLICATES = 500


def load() -> dict[tuple[str, str], list[Run]]:
    """(trained on, group) -> runs, of the groups that were trained; see STEPS."""
    found = {key: load_references(folder=FOLDER.joinpath(*key)) for key in STEPS}
    return {key: runs for key, runs in found.items() if runs}


def split_by_corpus(trials: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Test corpus -> its rows."""
    is_home = trials["utt_id"].str.startswith("LA_")
    return {HOME: trials[is_home], ELSEWHERE: trials[~is_home]}


def home_threshold(run: Run) -> float:
    """The threshold of the EER on those dev clips that are like the training clips."""
    trained_on = {"thesis": [HOME], "copies": [HOME], "modern": [ELSEWHERE]}
    own = trained_on.get(run.path.parts[-6], [HOME, ELSEWHERE])
    dev = pd.concat(map(split_by_corpus(run.scores("dev")).get, own))
    return eer_threshold(dev["score"], label_indices(dev["label"]))


def rates_table(runs: Mapping[tuple[str, str], list[Run]]) -> pd.DataFrame:
    """One row for each group and part of a corpus, means over seeds.

    ``trained``, ``group``, ``tested`` (corpus and part), ``eer``; and at the threshold
    of home: ``hter`` (half total error rate, the mean of both error rates), ``accused``
    (real clips decided spoof) and ``found`` (fake clips decided spoof). Empty where
    there are no recorded runs.
    """
    rows = []
    for key, run in ((key, run) for key, found in runs.items() for run in found):
        threshold = home_threshold(run)
        for part in run.partitions:
            for corpus, trials in split_by_corpus(run.scores(part)).items():
                labels = label_indices(trials["label"])
                scores = trials["score"].to_numpy()
                spoof = scores < threshold
                accused, caught = (spoof[labels == x].mean() for x in (BONAFIDE, SPOOF))
                hter = (accused + 1 - caught) / 2
                rates = metrics.eer(scores, labels), hter, accused, caught
                rows.append((*key, f"{corpus}, {part}", *rates))
    by = ["trained", "group", "tested"]
    frame = pd.DataFrame(rows, columns=[*by, "eer", "hter", "accused", "found"])
    return frame.groupby(by, sort=False, as_index=False).mean()


def steps_table(runs: Mapping[tuple[str, str], list[Run]], part: str) -> pd.DataFrame:
    """The steps on open-fakes, with intervals over seeds, sources and clips."""
    rates = rates_table(runs).set_index(["trained", "group", "tested"])
    rows = []
    for key, found in runs.items():
        title = STEPS[key]
        scores = [split_by_corpus(run.scores(part))[ELSEWHERE] for run in found]
        drawn = resample_tables({title: scores}, N_REPLICATES, "eer")
        low, high = (f"{100 * limit:.0f}" for limit in drawn.interval("eer", title))
        there, home = (rates.loc[(*key, f"{c}, {part}")] for c in (ELSEWHERE, HOME))
        rows.append(
            {
                "Changed": title,
                "Runs": len(found),
                "EER": per_cent(there["eer"], 0),
                "95 %": f"{low} to {high}",
                "HTER": per_cent(there["hter"], 0),
                "Real called fake": per_cent(there["accused"], 0),
                "Fake called fake": per_cent(there["found"], 0),
                "EER, ASVspoof dev": per_cent(home["eer"], 0),
            }
        )
    return pd.DataFrame(rows)


def heat_map(runs: Mapping[tuple[str, str], list[Run]]) -> pd.DataFrame:
    """EER of the thesis's CNN: trained on (rows) by tested on (columns)."""
    rates = rates_table(runs).query("group == 'base'")
    rates["trained"] = rates["trained"].map(TRAINED_ON).str.wrap(14)
    wide = rates.pivot_table("eer", "trained", "tested", sort=False)
    wide.columns = wide.columns.str.replace(" ", "\n")  # side by side in a figure
    return wide.rename_axis(index=None, columns=None)
