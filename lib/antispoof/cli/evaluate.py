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
    from rich.table import Table

    from antispoof.metrics import AsvErrorRates, OperatingPoint
    from antispoof.stats import BootstrapResult

MODEL = "system"  # the one column of the panel
RATES = ("accuracy", "macro_f1", "balanced_accuracy")
HEADS = ("accuracy", "macro-F1", "balanced", "spoof", "bonafide")
LEGEND = (
    "balanced: mean of the two recalls, which stand right of it. dev: chosen on the "
    "dev scores. oracle: the highest macro-F1 on these very trials, a ceiling and no "
    "result. Ranges are 95 % intervals over speakers."
)


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
        typer.Option(help="The same system's scores on dev, to choose a threshold on."),
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
    --dev-protocol), and the oracle, which no honest choice can beat.
    """
    # Imported late, so that --help and the other commands start at once.
    from antispoof.corpora import read_protocol
    from antispoof.metrics import asv_error_rates, choose_threshold
    from antispoof.scoring.score_files import read_asv_scores

    if (dev_scores is None) != (dev_protocol is None):
        raise typer.BadParameter("--dev-scores and --dev-protocol belong together")
    trials = _read(scores, read_protocol(protocol), negate=negate)
    asv = None
    if asv_scores is not None:
        verification = read_asv_scores(asv_scores)
        asv = asv_error_rates(verification["score"], verification["key"])
    dev_threshold = None
    if dev_scores is not None:
        dev = _read(dev_scores, read_protocol(dev_protocol), negate=negate)
        dev_threshold = choose_threshold(dev["score"], _indices(dev), partition="dev")
    result, points = _evaluated(trials, asv, dev_threshold)
    resampled = None
    if replicates:
        thresholds = {name: point.threshold for name, point in points.items() if point}
        resampled = _resampled(trials, thresholds, asv, replicates)
    result["ci"] = {} if resampled is None else _intervals(resampled)
    if as_json:
        typer.echo(json.dumps(result, indent=2))
    else:
        _show(scores, trials, result, points, asv)


def _read(path: Path, protocol: pd.DataFrame, *, negate: bool) -> pd.DataFrame:
    """Read scores; what they warn of goes to stderr as a sentence."""
    from antispoof.scoring.score_files import ReversedScoresWarning, read_scores

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ReversedScoresWarning)
        trials = read_scores(path, protocol, negate=negate)
    for warning in caught:
        typer.echo(f"Warning: {warning.message}", err=True)
    return trials


def _indices(trials: pd.DataFrame) -> pd.Series:
    """Class indices of the trials."""
    return (trials["label"] == "bonafide").astype(int)


def _evaluated(
    trials: pd.DataFrame, asv: AsvErrorRates | None, dev_threshold: float | None
) -> tuple[dict, dict[str, OperatingPoint | None]]:
    from antispoof import metrics

    scores, labels = trials["score"], _indices(trials)
    result = metrics.evaluate(
        scores,
        labels,
        attacks=trials["attack"].tolist(),
        asv=asv,
        dev_threshold=dev_threshold,
    )
    points = metrics.operating_points(scores, labels, dev_threshold=dev_threshold)
    return result, points


def _resampled(
    trials: pd.DataFrame,
    thresholds: dict[str, float],
    asv: AsvErrorRates | None,
    replicates: int,
) -> BootstrapResult:
    from functools import partial

    import numpy as np

    from antispoof.metrics.detection import eer_of
    from antispoof.metrics.tandem import min_tdcf_of
    from antispoof.stats import make_panel, resample

    curve_metrics = {"eer": eer_of}
    if asv is not None:
        curve_metrics["min_tdcf"] = partial(min_tdcf_of, asv=asv)
    return resample(
        make_panel({MODEL: [trials]}),
        thresholds={
            name: {MODEL: np.array([value])} for name, value in thresholds.items()
        },
        n_replicates=replicates,
        curve_metrics=curve_metrics,
        per_attack=True,
    )


def _intervals(resampled: BootstrapResult) -> dict[str, list[float]]:
    """Key -> [low, high]; keys are the paths of the values: "at.zero.macro_f1"."""
    wanted = [
        (name.replace("eer.", "per_attack."), name, "") for name in resampled.curves
    ]
    wanted += [
        (f"at.{at}.{rate}", rate, at) for at in resampled.confusions for rate in RATES
    ]
    return {
        key: list(resampled.quantity(metric, MODEL, at=at).estimate.rate_interval())
        for key, metric, at in wanted
    }


def _show(
    path: Path,
    trials: pd.DataFrame,
    result: dict,
    points: dict[str, OperatingPoint | None],
    asv: AsvErrorRates | None,
) -> None:
    from rich.console import Console

    from antispoof.metrics import always_bonafide, always_spoof, min_tdcf

    console = Console()
    ci, n, labels = result["ci"], result["n"], _indices(trials)
    console.print(
        f"[bold]{path}[/bold]: {n['bonafide']} bona fide and {n['spoof']} spoof trials"
    )
    console.print(f"EER {_percent(result['eer'], ci.get('eer'))}")
    if asv is not None:
        revisited = min_tdcf(trials["score"], labels, asv, formulation="revisited")
        console.print(
            f"min t-DCF {_fraction(result['min_tdcf'], ci.get('min_tdcf'))} by the "
            f"form of 2019, {revisited:.4f} by the revisited one"
        )
    constants = {
        "always spoof": always_spoof(labels),
        "always bonafide": always_bonafide(labels),
    }
    console.print(_decision_table({**points, **constants}, ci))
    console.print(LEGEND)
    if points["dev"] is None:
        console.print("No dev scores were given, so no threshold was chosen on dev.")
    if result["per_attack"]:
        console.print(_attack_table(trials, result["per_attack"], ci))


def _decision_table(
    points: dict[str, OperatingPoint | None], ci: dict[str, list[float]]
) -> Table:
    table = _table("Decisions", "threshold", *HEADS)
    for name, point in points.items():
        if point is None:
            continue
        rates = [
            _fraction(getattr(point, rate), ci.get(f"at.{name}.{rate}"), stacked=True)
            for rate in RATES
        ]
        recalls = f"{point.recall_spoof:.4f}", f"{point.recall_bonafide:.4f}"
        where = f"\nscore > {point.threshold:.4g}" if isfinite(point.threshold) else ""
        table.add_row(f"{name}{where}", *rates, *recalls)
    return table


def _attack_table(
    trials: pd.DataFrame, errors: dict[str, float], ci: dict[str, list[float]]
) -> Table:
    table = _table("EER of each attack", "attack", "trials", "EER")
    trials_of = trials["attack"].value_counts()
    for attack, error in errors.items():
        interval = ci.get(f"per_attack.{attack}")
        table.add_row(attack, str(trials_of[attack]), _percent(error, interval))
    return table


def _table(title: str, *heads: str) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    for n, head in enumerate(heads):
        table.add_column(head, justify="right" if n else "left", no_wrap=True)
    return table


def _fraction(
    value: float, interval: list[float] | None, *, stacked: bool = False
) -> str:
    if interval is None:
        return f"{value:.4f}"
    low, high = interval
    span = f"{low:.3f}–{high:.3f}"
    return f"{value:.4f}\n{span}" if stacked else f"{value:.4f} ({span})"


def _percent(value: float, interval: list[float] | None) -> str:
    if interval is None:
        return f"{100 * value:.2f} %"
    low, high = interval
    return f"{100 * value:.2f} % ({100 * low:.2f}–{100 * high:.2f})"
