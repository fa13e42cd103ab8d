"""Results of runs as a table for reading: mean and deviation over seeds."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from antispoof.config import TrainConfig
from antispoof.metrics import METRICS
from antispoof.runs import Run
from antispoof.runs.tables import results_frame
from antispoof_report.html import Html
from antispoof_report.tables import NARROW, table

CONSTANT = "always_spoof_"  # begins the columns of the constant answer
PARTS = {"dev": "testing (dev)", "eval": "evaluation (eval)"}


def per_cent(rate: float, places: int = 1) -> str | None:
    """A rate in per cent; None where there is none."""
    return None if np.isnan(rate) else f"{100 * rate:.{places}f}{NARROW}%"


def mean_and_deviation(
    values: Sequence[float], *, percent: bool = False, n_clips: float = np.inf
) -> str:
    """``mean ± standard deviation`` over seeds; only the mean of a single seed.

    Per cents of a thousand clips or fewer are whole: their decimals mean nothing.
    """
    values = np.asarray(values, float) * (100 if percent else 1)
    places, unit = (int(n_clips > 1000), f"{NARROW}%") if percent else (2, "")
    mean = f"{values.mean():.{places}f}"
    if len(values) == 1:
        return mean + unit
    return f"{mean}{NARROW}±{NARROW}{values.std(ddof=1):.{places}f}{unit}"


def results_table(runs: Sequence[Run], *, caption: str) -> Html:
    """Main metrics on dev and eval, one row per model, and those of always-spoof.

    Decisions are at score 0. Without runs, a sentence that says so.
    """
    if not runs:
        return missing_runs(caption)
    results = results_frame(runs)
    main = {name: metric for name, metric in METRICS.items() if metric.main}
    rows = []
    for part, of_part in results.groupby("partition", sort=False):
        constant = of_part[:1].filter(like=CONSTANT)
        constant.columns = constant.columns.str.removeprefix(CONSTANT)
        groups = [*of_part.groupby("title", sort=False), ("always “spoof”", constant)]
        for title, group in groups:
            seeds = None if group is constant else str(len(group))
            row = {"model": title, "partition": PARTS.get(part, part), "seeds": seeds}
            for name, metric in main.items():
                if name in group:
                    how = {"percent": metric.percent, "n_clips": of_part["n"].max()}
                    row[metric.title] = mean_and_deviation(group[name], **how)
            rows.append(row)
    return table(pd.DataFrame(rows), caption=caption)


def settings_table(config: TrainConfig, *, caption: str) -> Html:
    """A configuration as a table, one setting per row."""
    frame = pd.DataFrame(config.to_dict().items(), columns=["setting", "value"])
    return table(frame.astype(str), caption=caption)


def describe_runs(runs: Sequence[Run]) -> Html:
    """Corpus, size, machines and caveat of a set of runs, in one sentence each."""
    if not runs:
        return missing_runs("Runs on real speech")
    sentences = []
    for corpus_id in dict.fromkeys(run.corpus["id"] for run in runs):
        own = [run for run in runs if run.corpus["id"] == corpus_id]
        corpus = own[0].corpus
        size = ", ".join(f"{name} {n}" for name, n in corpus["trials"].items())
        n_train = " or ".join(map(str, sorted({run.corpus["n_train"] for run in own})))
        environments = [run.environment for run in own]
        machines = " and ".join(dict.fromkeys(map(_machine, environments)))
        minutes = sum(environment["seconds"] for environment in environments) / 60
        sentences.append(
            f"{len(own)} runs on {corpus['title']} ({size} clips), each trained on"
            f" {n_train} of them, on {machines}, in {minutes:.0f} minutes in total."
            f" {corpus['caveat']}".strip()
        )
    text = " ".join(sentences)
    return Html(f"<p>{escape(text)}</p>", text)


def _machine(environment: dict) -> str:
    if environment["device"] == "cpu":
        return f"a machine with {environment['cores']} cores and no GPU"
    return f"a machine with one {environment['device']}"


def missing_runs(what: str) -> Html:
    """The sentence that is shown where there are no recorded runs."""
    text = f"{what}: this copy of the notebook has no recorded runs."
    return Html(f"<p><em>{text}</em></p>", text)
