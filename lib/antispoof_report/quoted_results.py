"""Numbers and verdicts of a set of runs, glued under names that other pages quote."""

from __future__ import annotations

from collections.abc import Sequence

from antispoof import metrics
from antispoof.models import TITLES
from antispoof.runs import SCORED, Run, results
from antispoof.runs.tables import scores_and_labels
from antispoof_report.claims.verdicts import Verdict
from antispoof_report.glue_values import glue
from antispoof_report.run_tables import NARROW, mean_and_deviation

CLAIMS = ("H1", "H2", "H3", "H4", "H5", "H6")
NOT_ASKED = "It was not asked: the runs that it takes are not there."
UNKNOWN = "—"  # stands where there are no runs to take a number from


def glue_results(prefix: str, runs: Sequence[Run]) -> None:
    """Glue what pages quote of these runs, each name beginning with `prefix`.

    ``<model>_<dev|eval>_<macro_f1|accuracy|eer>`` (mean ± deviation over seeds),
    ``best_<part>`` and ``order_<part>`` (by mean macro-F1), ``n_<part>``, ``seeds``,
    and ``always_spoof_<part>_accuracy``. Without runs every name stands for a dash.
    """
    quoted = _unknown() | (_known(runs) if runs else {})
    for name, text in quoted.items():
        glue(f"{prefix}_{name}", text)


def glue_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Glue ``<claim>_verdict`` and ``<claim>_sentence`` of all claims, asked or not."""
    found = {verdict.key: verdict for verdict in verdicts}
    for claim in CLAIMS:
        asked = claim in found
        glue(f"{claim}_verdict", found[claim].verdict if asked else "not asked")
        glue(f"{claim}_sentence", found[claim].sentence if asked else NOT_ASKED)


def _unknown() -> dict[str, str]:
    names = ["seeds"]
    for part in SCORED:
        names += [f"best_{part}", f"order_{part}", f"n_{part}"]
        names += [f"always_spoof_{part}_accuracy"]
        for model in TITLES:
            names += [f"{model}_{part}_{m}" for m in ("macro_f1", "accuracy", "eer")]
    return dict.fromkeys(names, UNKNOWN)


def _known(runs: Sequence[Run]) -> dict[str, str]:
    table = results(runs)
    quoted = {"seeds": str(table.groupby("model").size().min() // len(SCORED))}
    for (model, part), group in table.groupby(["model", "partition"]):
        for name in ("macro_f1", "accuracy", "eer"):
            # The pages' tables carry the per cent sign in their heads.
            text = mean_and_deviation(group[name], percent=name == "eer")
            quoted[f"{model}_{part}_{name}"] = text.removesuffix(f"{NARROW}%")
    mean = table.groupby(["partition", "title"])["macro_f1"].mean()
    for part in SCORED:
        titles = list(mean[part].sort_values(ascending=False, kind="stable").index)
        _, labels = scores_and_labels(runs[0], part)
        constant = metrics.always_spoof(labels).accuracy
        quoted[f"best_{part}"] = titles[0]
        quoted[f"order_{part}"] = " > ".join(titles)
        quoted[f"n_{part}"] = str(len(labels))
        quoted[f"always_spoof_{part}_accuracy"] = f"{constant:.3f}"
    return quoted
