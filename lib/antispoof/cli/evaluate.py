"""``antispoof evaluate``: a score file against its protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antispoof.cli.options import AsJson

if TYPE_CHECKING:
    from antispoof.stats import BootstrapResult

SCORES = "Lines 'utt_id attack key score', or a table with utterances and scores."
COLUMNS = "Columns of score files, as utt_id,-,label,score"
PROTOCOL_COLUMNS = "Columns of protocols, as speaker,utt_id,-,attack,label"
NEGATE = "Reverse the sign of every score."

SYSTEM = "system"  # the one model of the panel
HEADING = "metric, decisions at zero"
LEGEND = """\
dev: chosen on the dev scores. oracle: the highest macro-F1 on these very
trials, an upper bound and not a result. Ranges: 95 % intervals over speakers."""


def evaluate(
    scores: Annotated[Path, typer.Argument(help=SCORES)],
    protocol: Annotated[Path, typer.Option(help="Protocol: the trials and labels.")],
    asv_scores: Annotated[Path | None, typer.Option(help="For the t-DCF.")] = None,
    dev_scores: Annotated[Path | None, typer.Option(help="Scores on dev.")] = None,
    dev_protocol: Annotated[Path | None, typer.Option(help="Protocol of dev.")] = None,
    columns: Annotated[str, typer.Option(help=COLUMNS)] = "",
    protocol_columns: Annotated[str, typer.Option(help=PROTOCOL_COLUMNS)] = "",
    negate: Annotated[bool, typer.Option("--negate", help=NEGATE)] = False,
    replicates: Annotated[int, typer.Option(min=0, help="Bootstrap samples.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Metrics of a score file: EER, t-DCF, decisions at three thresholds.

    The thresholds are zero, the one chosen on dev (with the same system's --dev-scores
    and --dev-protocol, which also calibrate it), and the oracle, an upper bound for
    every choice. The min t-DCF needs the organisers' --asv-scores. --negate is for
    files in which higher means spoof. With --replicates 0 there are no intervals.

    An attack with fewer than ten trials, or fewer than ten bona fide trials, gets no
    EER: null in the JSON. Under "metrics" are all registered metrics, with those of
    plugins; null where one is not defined.

    Columns are recognised by their header or content. Where that is ambiguous, name
    them with --columns and --protocol-columns; - is for what is not read.
    """
    # Imported late, so that --help and the other commands start at once.
    from functools import partial

    import numpy as np

    from antispoof import metrics, stats
    from antispoof.calibration import Calibration
    from antispoof.constants import label_indices
    from antispoof.corpora import read_protocol
    from antispoof.metrics.tandem import min_tdcf_from_curve
    from antispoof.scoring.score_files import read_asv_scores, read_scores

    if (dev_scores is None) != (dev_protocol is None):
        raise typer.BadParameter("--dev-scores and --dev-protocol belong together")

    def read(path: Path, listed: Path) -> tuple:
        trials = read_protocol(listed, columns=protocol_columns or None)
        trials = read_scores(path, trials, negate=negate, columns=columns or None)
        return trials, trials["score"].to_numpy(), label_indices(trials["label"])

    trials, *system = read(scores, protocol)
    dev = ratios = asv = None
    if dev_scores is not None:
        _, *dev = read(dev_scores, dev_protocol)
        ratios = Calibration.fit(*dev, partition="dev").log_odds(system[0])
    resampled_metrics = metrics.select_metrics("curve", "scores", main=True)
    if asv_scores is not None:
        verification = read_asv_scores(asv_scores)
        asv = metrics.asv_error_rates(verification["score"], verification["key"])
        tdcf = partial(min_tdcf_from_curve, asv=asv)
        resampled_metrics["min_tdcf"] = metrics.Metric("min t-DCF", tdcf, "curve")
    thresholds = metrics.operating_thresholds(*system, dev=dev)
    attacks = trials["attack"]
    result = metrics.evaluate(*system, attacks=attacks, asv=asv, dev=dev, ratios=ratios)
    result["ci"] = {}
    if replicates:
        panel = stats.make_panel({SYSTEM: [trials]})
        at = {k: {SYSTEM: np.array([t])} for k, t in thresholds.items()}
        options = {"metrics": resampled_metrics, "n_replicates": replicates}
        resampled = stats.resample(panel, thresholds=at, per_attack=True, **options)
        result["ci"] = _intervals(resampled, result)
    if as_json:
        typer.echo(json.dumps(result, indent=2))
        return
    _show(scores, result, thresholds, attacks.value_counts().to_dict())


def _intervals(resampled: BootstrapResult, result: dict) -> dict[str, tuple]:
    """Key -> (low, high); keys are the paths of the values: "at.zero.macro_f1"."""
    from antispoof.metrics.evaluation import RATES

    names = [name for name, value in result["metrics"].items() if value is not None]
    attacks = [
        name for name, error in result["per_attack"].items() if error is not None
    ]
    of = {name: (name, "zero") for name in ("eer", "min_tdcf")}
    of |= {f"metrics.{name}": (name, "zero") for name in names}
    of |= {f"per_attack.{name}": (f"eer.{name}", "zero") for name in attacks}
    of |= {f"at.{at}.{x}": (x, at) for at in resampled.confusions for x in RATES}
    return {
        key: resampled.interval(metric, SYSTEM, at=at)
        for key, (metric, at) in of.items()
        if metric in resampled.metrics
    }


def _show(path: Path, result: dict, thresholds: dict, n_trials: dict) -> None:
    import numpy as np

    from antispoof.cli.text import format_table, printable
    from antispoof.constants import BONAFIDE, SPOOF
    from antispoof.metrics import METRICS, constant_answer
    from antispoof.metrics.evaluation import RATES

    n, ci = result["n"], result["ci"]

    def cell(key: str, value: float | None, percent=False, places=4) -> str:
        """A value and its interval."""
        if value is None:
            return "n < 10"
        scale, places, unit = (100, 2, " %") if percent else (1, places, "")
        ends = [f"{scale * end:.{places}f}" for end in ci.get(key, ())]
        interval = f" ({'–'.join(ends)})" if ends else ""
        return f"{scale * value:.{places}f}{unit}{interval}"

    rows = []
    if result["min_tdcf"] is not None:
        rows = [{HEADING: "min t-DCF", "value": cell("min_tdcf", result["min_tdcf"])}]
    for name, value in result["metrics"].items():
        if value is not None and name not in RATES:
            shown = cell(f"metrics.{name}", value, percent=METRICS[name].percent)
            rows.append({HEADING: METRICS[name].title, "value": shown})
    confusions = {k: np.array(result["at"][k]["confusion"]) for k in thresholds}
    confusions["always spoof"] = constant_answer(confusions["zero"], SPOOF)
    confusions["always bonafide"] = constant_answer(confusions["zero"], BONAFIDE)
    decisions = []
    for name, confusion in confusions.items():
        decisions.append({"decisions": name})
        for key in RATES:
            shown = cell(f"at.{name}.{key}", METRICS[key](confusion), places=3)
            decisions[-1][METRICS[key].title] = shown
    attacks = []
    for name, error in result["per_attack"].items():
        shown = cell(f"per_attack.{name}", error, percent=True)
        attacks.append({"attack": name, "trials": n_trials[name], "EER": shown})
    chosen = ", ".join(f"{k}: score > {t:.4g}" for k, t in thresholds.items())
    typer.echo(f"""\
{printable(str(path))}: {n["bonafide"]} bona fide and {n["spoof"]} spoof trials

{format_table(rows)}

{format_table(decisions)}

Decisions are at {chosen}.
{LEGEND}

{format_table(attacks)}""")
