"""``antispoof evaluate``: a score file against its protocol."""

from __future__ import annotations

import json
import warnings
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from antispoof.metrics import AsvErrorRates, OperatingPoint
    from antispoof.stats import BootstrapResult

SYSTEM = "system"  # the one model of the panel
DECISIONS = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "balanced_accuracy": "balanced",
    "recall_spoof": "spoof",
    "recall_bonafide": "bonafide",
}
LEGEND = """\
balanced: mean of the two recalls, which are to the right of it.
dev: chosen on the dev scores. oracle: the highest macro-F1 on these very
trials, an upper bound and not a result. Ranges: 95 % intervals over speakers."""


def evaluate(
    scores: Annotated[
        Path,
        typer.Argument(help="Score file: 'utt_id attack key score', or a known other."),
    ],
    protocol: Annotated[
        Path, typer.Option(help="Protocol that lists the trials and their labels.")
    ],
    asv_scores: Annotated[
        Path | None,
        typer.Option(help="The organisers' ASV scores, for the min t-DCF."),
    ] = None,
    dev_scores: Annotated[
        Path | None,
        typer.Option(
            help="The same system's scores on dev: for a threshold and calibration."
        ),
    ] = None,
    dev_protocol: Annotated[
        Path | None, typer.Option(help="Protocol of the dev scores.")
    ] = None,
    negate: Annotated[
        bool,
        typer.Option("--negate", help="Reverse all signs: higher means spoof there."),
    ] = False,
    replicates: Annotated[
        int,
        typer.Option(min=0, help="Bootstrap replicates for the intervals; 0 for none."),
    ] = 1000,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of tables.")
    ] = False,
) -> None:
    """Metrics of a score file: EER, t-DCF, decisions at three thresholds.

    The thresholds are zero, the one chosen on dev (with --dev-scores and
    --dev-protocol), and the oracle, an upper bound for every choice.

    An attack with fewer than ten trials, or fewer than ten bona fide trials, gets no
    EER: null in the JSON. Under "metrics" are all registered metrics, with those of
    plugins; null where one is not defined.
    """
    # Imported late, so that --help and the other commands start at once.
    import numpy as np

    from antispoof import metrics
    from antispoof.calibration import Calibration
    from antispoof.constants import label_indices
    from antispoof.corpora import read_protocol
    from antispoof.scoring.score_files import read_asv_scores

    if (dev_scores is None) != (dev_protocol is None):
        raise typer.BadParameter("--dev-scores and --dev-protocol belong together")
    trials = _read(scores, read_protocol(protocol), negate=negate)
    values, labels = trials["score"].to_numpy(), label_indices(trials["label"])
    asv = dev_threshold = ratios = None
    if asv_scores is not None:
        verification = read_asv_scores(asv_scores)
        asv = metrics.asv_error_rates(verification["score"], verification["key"])
    if dev_scores is not None:
        dev = _read(dev_scores, read_protocol(dev_protocol), negate=negate)
        dev_trials = dev["score"], label_indices(dev["label"])
        dev_threshold = metrics.choose_threshold(*dev_trials, partition="dev")
        ratios = Calibration.fit(*dev_trials, partition="dev").log_odds(values)
    result = metrics.evaluate(
        values,
        labels,
        attacks=trials["attack"].tolist(),
        asv=asv,
        dev_threshold=dev_threshold,
        ratios=ratios,
    )
    points = metrics.operating_points(values, labels, dev_threshold=dev_threshold)
    points = {name: point for name, point in points.items() if point is not None}
    result["ci"] = {}
    if replicates:
        thresholds = {
            name: {SYSTEM: np.array([point.threshold])}
            for name, point in points.items()
        }
        resampled = _resample(trials, thresholds, asv, replicates)
        result["ci"] = _intervals(resampled, result)
    if as_json:
        typer.echo(json.dumps(result, indent=2))
        return
    if asv is not None:
        result["revisited"] = metrics.min_tdcf(
            values, labels, asv, formulation="revisited"
        )
    points["always spoof"] = metrics.always_spoof(labels)
    points["always bonafide"] = metrics.always_bonafide(labels)
    _show(scores, result, points, trials["attack"].value_counts().to_dict())


def _read(path: Path, protocol: pd.DataFrame, *, negate: bool) -> pd.DataFrame:
    """Read scores; a warning goes to stderr as a sentence."""
    from antispoof.scoring.score_files import ReversedScoresWarning, read_scores

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ReversedScoresWarning)
        trials = read_scores(path, protocol, negate=negate)
    for warning in caught:
        typer.echo(f"Warning: {warning.message}", err=True)
    return trials


def _resample(
    trials: pd.DataFrame, thresholds: dict, asv: AsvErrorRates | None, replicates: int
) -> BootstrapResult:
    from functools import partial

    from antispoof.metrics import Metric, select_metrics
    from antispoof.metrics.tandem import min_tdcf_from_curve
    from antispoof.stats import make_panel, resample

    metrics = select_metrics("curve", "scores", main=True)
    if asv is not None:
        tdcf = partial(min_tdcf_from_curve, asv=asv)
        metrics["min_tdcf"] = Metric("min t-DCF", tdcf, "curve")
    return resample(
        make_panel({SYSTEM: [trials]}),
        thresholds=thresholds,
        n_replicates=replicates,
        metrics=metrics,
        per_attack=True,
    )


def _intervals(resampled: BootstrapResult, result: dict) -> dict[str, list[float]]:
    """Key -> [low, high]; keys are the paths of the values: "at.zero.macro_f1"."""
    quantities = {"eer": ("eer", "")}
    if result["min_tdcf"] is not None:
        quantities["min_tdcf"] = ("min_tdcf", "")
    for attack, value in result["per_attack"].items():
        if value is not None:
            quantities[f"per_attack.{attack}"] = (f"eer.{attack}", "")
    for at in resampled.confusions:
        for rate in ("accuracy", "macro_f1", "balanced_accuracy"):
            quantities[f"at.{at}.{rate}"] = (rate, at)
    for name, value in result["metrics"].items():
        if value is not None and name in resampled.metrics:
            quantities[f"metrics.{name}"] = (name, "zero")
    return {
        key: list(resampled.interval(metric, SYSTEM, at=at))
        for key, (metric, at) in quantities.items()
    }


def _show(
    path: Path, result: dict, points: dict[str, OperatingPoint], n_trials: dict
) -> None:
    from antispoof.cli.text import format_table, printable
    from antispoof.metrics import METRICS

    ci, n = result["ci"], result["n"]
    size = f"{n['bonafide']} bona fide and {n['spoof']} spoof trials"
    lines = [
        f"{printable(str(path))}: {size}",
        f"EER {_percent(result['eer'], ci.get('eer'))}",
    ]
    if "revisited" in result:
        lines.append(
            f"min t-DCF {_fraction(result['min_tdcf'], ci.get('min_tdcf'))} by the form"
            f" of 2019, {result['revisited']:.4f} by the revisited one"
        )
    rows = []
    for name, point in points.items():
        rates = {head: f"{getattr(point, key):.4f}" for key, head in DECISIONS.items()}
        rows.append({"threshold": name, **rates})
        if isfinite(point.threshold):  # a constant answer has no threshold
            spans = {
                DECISIONS[key]: _span(ci.get(f"at.{name}.{key}")) for key in DECISIONS
            }
            rows.append({"threshold": f"  score > {point.threshold:.4g}", **spans})
    lines += ["", "Decisions", format_table(rows), "", LEGEND]
    if "dev" not in points:
        lines.append("No dev scores were given, so no threshold was chosen on dev.")
    rows = []
    for name, value in result["metrics"].items():
        if value is not None and name != "eer" and name not in DECISIONS:
            write = _percent if METRICS[name].percent else _fraction
            shown = write(value, ci.get(f"metrics.{name}"))
            rows.append({"metric": METRICS[name].title, "value": shown})
    lines += ["", "Other metrics, decisions at score 0", format_table(rows)]
    rows = []
    for attack, error in result["per_attack"].items():
        shown = "n < 10"
        if error is not None:
            shown = _percent(error, ci.get(f"per_attack.{attack}"))
        rows.append({"attack": attack, "trials": n_trials[attack], "EER": shown})
    if rows:
        lines += ["", "EER of each attack", format_table(rows)]
    typer.echo("\n".join(lines))


def _span(interval: list[float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"


def _fraction(value: float, interval: list[float] | None) -> str:
    return f"{value:.4f}" + (f" ({_span(interval)})" if interval else "")


def _percent(value: float, interval: list[float] | None) -> str:
    if interval is None:
        return f"{100 * value:.2f} %"
    low, high = interval
    return f"{100 * value:.2f} % ({100 * low:.2f}–{100 * high:.2f})"
