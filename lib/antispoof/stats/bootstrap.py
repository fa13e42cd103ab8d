"""The bootstrap: every metric of every model and seed, in every replicate.

A replicate is a set of weights, one integer per trial, under which confusion matrices
are sums and error curves cumulative sums; so no trial is ever copied. The same weights
serve all models: every comparison is paired.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ParameterError, ScoreError, check_choice
from antispoof.metrics import METRICS, Metric, rates, select_metrics
from antispoof.metrics.detection import rank
from antispoof.metrics.thresholds import operating_thresholds as thresholds_of_system
from antispoof.stats.estimates import BootstrapDistribution
from antispoof.stats.panel import Panel

MAX_WEIGHTS = 4_000_000  # in memory at once
MAX_TRIES = 20  # replicates drawn for each one wanted, before giving up

# Accuracy of the constant answer in each replicate: H5 compares every model with it.
ALWAYS_SPOOF = Metric(
    "always-spoof",
    lambda confusions: rates.accuracy(rates.constant_answer(confusions, SPOOF)),
    "confusion",
)

Thresholds = Mapping[str, Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class BootstrapResult:
    """A panel in full and in every replicate.

    Attributes
    ----------
    panel : what was resampled.
    thresholds : operating point -> model -> (n_seeds,).
    confusions : operating point -> model -> (n_replicates + 1, n_seeds, 2, 2) counts;
        the first is of all trials.
    values : metric that needs no threshold -> model -> (n_replicates + 1, n_seeds); NaN
        where a replicate has no trial of an attack.
    metrics : the metrics of `confusions` and `values` by name.
    seeds : (n_replicates, seeds drawn) which seeds a replicate averages over.
    """

    panel: Panel
    thresholds: Thresholds
    confusions: Mapping[str, Mapping[str, np.ndarray]]
    values: Mapping[str, Mapping[str, np.ndarray]]
    metrics: Mapping[str, Metric]
    seeds: np.ndarray

    def quantity(
        self, metric: str, model: str, *, at: str = "zero"
    ) -> BootstrapDistribution:
        """A metric of one model, averaged over seeds.

        Parameters
        ----------
        metric : one of ``metrics``: those of decisions in ``METRICS``, "always_spoof"
            (the accuracy of that constant answer), and those in ``values``.
        model : one of the panel's.
        at : operating point; not read for metrics without a threshold.

        Raises
        ------
        ParameterError
            If the metric, model or operating point is unknown.
        """
        check_choice("model", model, self.panel.models)
        check_choice("metric", metric, self.metrics)
        check_choice("operating point", at, self.confusions)
        if metric in self.values:
            values = self.values[metric][model]
        else:
            values = self.metrics[metric](self.confusions[at][model])
        full, drawn = values[0], values[1:]
        return BootstrapDistribution(
            value=float(full.mean()),
            per_seed=full,
            replicates=np.take_along_axis(drawn, self.seeds, axis=1).mean(1),
            seed_replicates=full[self.seeds].mean(1),
            n_units=int(self.panel.units.max()) + 1,
        )

    def interval(
        self, metric: str, model: str, *, at: str = "zero"
    ) -> tuple[float, float]:
        """95 % interval of :meth:`quantity`, within 0 and 1 where the metric is."""
        estimate = self.quantity(metric, model, at=at).estimate
        if self.metrics[metric].bounded:
            return estimate.rate_interval()
        return estimate.interval()


def operating_thresholds(
    panel: Panel, *, dev: Panel | None = None
) -> dict[str, dict[str, np.ndarray]]:
    """Thresholds of the three operating points, for every model and seed.

    Parameters
    ----------
    panel : the trials that are to be decided.
    dev : the same models and seeds on dev, where the threshold of "dev" is chosen;
        without it there is no such operating point.

    Returns
    -------
    "zero", "dev" and "oracle" -> model -> (n_seeds,).
    """
    found = {}
    for model, rows in panel.scores.items():
        on = [None] * len(rows)
        if dev is not None:
            on = [(row, dev.labels) for row in dev.scores[model]]
        of_seeds = [
            thresholds_of_system(row, panel.labels, dev=pair)
            for row, pair in zip(rows, on, strict=True)
        ]
        found[model] = pd.DataFrame(of_seeds)
    points = next(iter(found.values())).columns
    return {p: {m: of[p].to_numpy() for m, of in found.items()} for p in points}


def resample(
    panel: Panel,
    *,
    thresholds: Thresholds | None = None,
    n_replicates: int = 2000,
    seed: int = 0,
    metrics: Mapping[str, Metric] | None = None,
    per_attack: bool = False,
) -> BootstrapResult:
    """Bootstrap a panel.

    Parameters
    ----------
    panel : scores of models by seeds on the same trials.
    thresholds : from :func:`operating_thresholds`; those of "zero" and "oracle" if not
        given. They are the same in every replicate.
    n_replicates : replicates wanted. One that holds a single class is drawn again.
    seed : of the resampling itself.
    metrics : name -> metric without a threshold, computed in every replicate; the main
        ones of ``METRICS`` by default. Metrics of decisions cost nothing, so all of
        ``METRICS`` are available.
    per_attack : also the EER of each attack against all bona fide trials, named such
        as "eer.A07".

    Raises
    ------
    ParameterError
        If fewer than two replicates are wanted.
    ScoreError
        If a class is absent, or so rare that hardly any replicate holds it.
    """
    if n_replicates < 2:
        raise ParameterError(f"n_replicates={n_replicates} must be at least 2")
    if thresholds is None:
        thresholds = operating_thresholds(panel)
    if metrics is None:
        metrics = select_metrics("curve", "scores", main=True)
    measured = dict(metrics)
    subsets = dict.fromkeys(metrics, np.arange(panel.labels.size))
    if per_attack:
        attack, bonafide = panel.trials["attack"].to_numpy(), panel.labels == BONAFIDE
        for name in sorted(set(attack[~bonafide])):
            measured[f"eer.{name}"] = METRICS["eer"]
            subsets[f"eer.{name}"] = np.flatnonzero(bonafide | (attack == name))
    measures = [
        _weighted(metric, scores, panel.labels, subsets[name])
        for of_model in panel.scores.values()
        for scores in of_model
        for name, metric in measured.items()
    ]
    rng = np.random.default_rng(seed)
    decisions = _decisions(panel, thresholds)
    totals, values = [], []
    for weights in _draw_weights(panel, n_replicates, rng):
        totals.append(weights.astype(np.float32) @ decisions)
        values += [measure(row) for row in weights for measure in measures]
    # (point, model, replicate, seed, true class, predicted class)
    sizes = (len(panel.models), panel.n_seeds)
    confusions = np.concatenate(totals).astype(np.int64)
    confusions = confusions.reshape(-1, 2, 2, len(thresholds), *sizes)
    confusions = confusions.transpose(3, 4, 0, 5, 1, 2)
    # (metric, model, replicate, seed)
    by_metric = np.reshape(values, (n_replicates + 1, *sizes, len(measured)))
    by_metric = by_metric.transpose(3, 1, 0, 2)
    return BootstrapResult(
        panel=panel,
        thresholds=thresholds,
        confusions={
            point: dict(zip(panel.models, matrices, strict=True))
            for point, matrices in zip(thresholds, confusions, strict=True)
        },
        values={
            name: dict(zip(panel.models, rows, strict=True))
            for name, rows in zip(measured, by_metric, strict=True)
        },
        metrics=select_metrics("confusion") | {"always_spoof": ALWAYS_SPOOF} | measured,
        seeds=rng.integers(0, panel.n_seeds, (n_replicates, max(panel.n_seeds - 1, 1))),
    )


def _decisions(panel: Panel, thresholds: Thresholds) -> np.ndarray:
    """(n, columns) 1 where a trial is of a class and decided so.

    Columns: true class, predicted class, point, model, seed. float32 holds integers up
    to 16 million exactly, and multiplies fast.
    """
    accepted = np.stack(
        [
            panel.scores[model] > thresholds[point][model][:, np.newaxis]
            for point in thresholds
            for model in panel.models
        ]
    )
    cells = [
        (panel.labels == label) & (accepted == (predicted == BONAFIDE))
        for label in (SPOOF, BONAFIDE)
        for predicted in (SPOOF, BONAFIDE)
    ]
    return np.stack(cells).reshape(-1, panel.labels.size).T.astype(np.float32)


def _weighted(
    metric: Metric, scores: np.ndarray, labels: np.ndarray, rows: np.ndarray
) -> Callable[[np.ndarray], float]:
    """A metric as a function of weights (n,): trial i counts weights[i] times.

    `rows` are the trials that a metric of a curve is about. They are sorted once, here.
    """
    if metric.needs != "curve":
        return lambda w: metric(np.repeat(scores, w), np.repeat(labels, w))
    ranking = rank(scores[rows], labels[rows])
    ranking = replace(ranking, order=rows[ranking.order])  # to take weights of all

    def of_curve(weights: np.ndarray) -> float:
        curve = ranking.curve(weights)
        return metric(curve) if curve.n_spoof else np.nan

    return of_curve


def _draw_weights(
    panel: Panel, n_replicates: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """First every trial once, then replicates: arrays (rows, n) of int32."""
    units = panel.units
    n_units = int(units.max()) + 1
    yield np.ones((1, units.size), dtype=np.int32)
    rows = max(1, min(n_replicates, MAX_WEIGHTS // units.size))
    wanted, tries = n_replicates, MAX_TRIES * n_replicates
    equal = np.full(n_units, 1 / n_units)
    while wanted:
        times = rng.multinomial(n_units - 1, equal, size=min(rows, wanted))
        weights = times.astype(np.int32)[:, units]
        usable = weights[:, panel.labels == SPOOF].any(1)
        usable &= weights[:, panel.labels == BONAFIDE].any(1)
        tries -= len(weights)
        wanted -= int(usable.sum())
        if tries < wanted:
            raise ScoreError(
                f"hardly any replicate of {n_units} speakers holds both bona fide and "
                "spoof trials; there are too few speakers of one class"
            )
        yield weights[usable]
