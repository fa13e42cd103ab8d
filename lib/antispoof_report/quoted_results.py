"""Numbers and verdicts of a set of runs, glued under names that other pages quote."""

from collections.abc import Sequence

from antispoof.metrics import METRICS
from antispoof.runs import Run
from antispoof.runs.tables import results_frame
from antispoof_report.claims import MODELS
from antispoof_report.claims.verdicts import Verdict
from antispoof_report.glue_values import UNKNOWN, glue
from antispoof_report.run_tables import NARROW, PARTS, mean_and_deviation

CLAIMS = tuple(f"H{number}" for number in range(1, 10))
QUOTED = ("macro_f1", "accuracy", "eer")
NOT_TESTED = "not tested", "It was not tested: the runs that it needs are missing."


def glue_results(prefix: str, runs: Sequence[Run]) -> None:
    """Glue what pages quote of these runs, each name beginning with `prefix`.

    ``<model>_<dev|eval>_<macro_f1|accuracy|eer>`` (mean ± deviation over seeds),
    ``best_<part>`` and ``order_<part>`` (by mean macro-F1), ``n_<part>``, ``seeds``,
    and ``always_spoof_<part>_accuracy``. Without runs every name gives a dash.
    """
    kinds = ["best_{}", "order_{}", "n_{}", "always_spoof_{}_accuracy"]
    kinds += [f"{model}_{{}}_{name}" for model in MODELS for name in QUOTED]
    names = ["seeds", *(kind.format(part) for kind in kinds for part in PARTS)]
    quoted = dict.fromkeys(names, UNKNOWN) | (_quote(runs) if runs else {})
    for name, text in quoted.items():
        glue(f"{prefix}_{name}", text)


def glue_verdicts(verdicts: Sequence[Verdict], where: str = "") -> None:
    """Glue ``<claim><where>_verdict`` and ``..._sentence`` of every claim."""
    found = {one.key: (one.verdict, one.sentence) for one in verdicts}
    for claim in CLAIMS:
        verdict, sentence = found.get(claim, NOT_TESTED)
        glue(f"{claim}{where}_verdict", verdict)
        glue(f"{claim}{where}_sentence", sentence)


def _quote(runs: Sequence[Run]) -> dict[str, str]:
    results = results_frame(runs)
    quoted = {"seeds": str(results.groupby(["model", "partition"]).size().min())}
    for (model, part), group in results.groupby(["model", "partition"]):
        for name in QUOTED:
            # The pages' tables have the per cent sign in their headings.
            options = {"percent": METRICS[name].percent, "n_clips": group["n"].max()}
            text = mean_and_deviation(group[name], **options)
            quoted[f"{model}_{part}_{name}"] = text.removesuffix(f"{NARROW}%")
    for part, group in results.groupby("partition"):
        mean = group.groupby("title")["macro_f1"].mean()
        titles = list(mean.sort_values(ascending=False, kind="stable").index)
        constant = group["always_spoof_accuracy"].iloc[0]
        quoted[f"best_{part}"] = titles[0]
        quoted[f"order_{part}"] = " > ".join(titles)
        quoted[f"n_{part}"] = str(group["n"].iloc[0])
        quoted[f"always_spoof_{part}_accuracy"] = f"{constant:.2f}"
    return quoted
