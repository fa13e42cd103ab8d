"""The metrics that tables, the command line and the bootstrap show.

A metric of your own appears in all of them after one registration::

    def recall_gap(confusions):
        return rates.recall_bonafide(confusions) - rates.recall_spoof(confusions)

    METRICS["recall_gap"] = Metric("recall gap", recall_gap, needs="confusion")
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from antispoof.errors import check_choice
from antispoof.metrics import calibration, detection, rates
from antispoof.registry import call, check_same

NEEDS = ("scores", "curve", "confusion", "llr")


@dataclass(frozen=True)
class Metric:
    """A metric and how it is shown.

    Attributes
    ----------
    title : heading of its column.
    fn : the function; what it takes depends on `needs`.
    needs : "scores": fn(scores, labels) of (n,) arrays. "curve": fn(DetCurve), which
        the bootstrap computes much faster. "confusion": fn(confusions) of (..., 2, 2)
        counts, which returns (...). "llr": fn(ratios, labels) of log-likelihood ratios
        calibrated on dev. All but "confusion" return a float.
    percent : whether it is written as a percentage.
    higher_is_better : None if neither direction is better.
    main : whether it is shown in the main tables and, without a threshold, is computed
        in every bootstrap replicate.
    bounded : whether it lies between 0 and 1; its interval then stays within.
    """

    title: str
    fn: Callable[..., Any]
    needs: str = "scores"
    percent: bool = False
    higher_is_better: bool | None = True
    main: bool = True
    bounded: bool = True

    def __post_init__(self) -> None:
        check_choice(f"metric {self.title!r}: needs", self.needs, NEEDS)

    def __call__(self, *given: Any) -> Any:
        """The function's value; ParameterError if it fails or has another shape."""
        shape = given[0].shape[:-2] if self.needs == "confusion" else ()
        what = f"metric {self.title!r} with needs={self.needs!r}"
        return call(what, self.fn, *given, shape=shape)

    def format(self, value: float) -> str:
        """The value as tables write it."""
        return f"{100 * value:.1f}\u202f%" if self.percent else f"{value:.3f}"


class Metrics(dict[str, Metric]):
    """Name -> metric, by assignment; as in a registry, a name that is taken is refused.

    ``update`` and ``setdefault`` do not check.
    """

    def __setitem__(self, name: str, metric: Metric) -> None:
        check_same(f"metric {name!r}", self.get(name, metric).fn, metric.fn)
        super().__setitem__(name, metric)


COST = {"higher_is_better": False, "main": False}
PERCENT = {"percent": True, "higher_is_better": False}
METRICS = Metrics(
    macro_f1=Metric("macro-F1", rates.macro_f1, "confusion"),
    accuracy=Metric("accuracy", rates.accuracy, "confusion"),
    balanced_accuracy=Metric("balanced accuracy", rates.balanced_accuracy, "confusion"),
    eer=Metric("EER", detection.eer_from_curve, "curve", **PERCENT),
    predicted_spoof_rate=Metric(
        "decided spoof", rates.predicted_spoof_rate, "confusion", True, None
    ),
    eer_hull=Metric(
        "EER, ROC hull", detection.eer_hull_from_curve, "curve", main=False, **PERCENT
    ),
    auc=Metric("AUC", detection.auc_from_curve, "curve", main=False),
    min_dcf=Metric("min DCF", calibration.min_dcf_from_curve, "curve", **COST),
    actual_dcf=Metric(
        "actual DCF", calibration.actual_dcf, "llr", bounded=False, **COST
    ),
    min_cllr=Metric("min Cllr", calibration.min_cllr_from_curve, "curve", **COST),
    cllr=Metric("Cllr", calibration.cllr, "llr", bounded=False, **COST),
    recall_spoof=Metric("spoof recall", rates.recall_spoof, "confusion", main=False),
    recall_bonafide=Metric(
        "bona fide recall", rates.recall_bonafide, "confusion", main=False
    ),
    hter=Metric("HTER", rates.hter, "confusion", main=False, **PERCENT),
)


def select_metrics(*needs: str, main: bool = False) -> dict[str, Metric]:
    """Those of METRICS that need one of these; with `main`, of the main ones."""
    return {
        name: metric
        for name, metric in METRICS.items()
        if metric.needs in needs and (metric.main or not main)
    }
