"""The bootstrap: every metric of every model and seed, in every replicate.

A replicate is a set of weights, one integer per trial, under which confusion matrices
are sums and error curves cumulative sums; so no trial is ever copied. The same weights
serve all models: every comparison is paired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ParameterError, ScoreError
from antispoof.metrics import (
    METRICS,
    Metric,
    choose_threshold,
    oracle_threshold,
    rates,
    select_metrics,
)
from antispoof.metrics.detection import Ranking, rank
from antispoof.stats.estimates import BootstrapDistribution
from antispoof.stats.panel import Panel

STAGES = ("seeds", "speakers")
ALL_STAGES = (*STAGES, "utterances")
MAX_WEIGHTS = 4_000_000  # in memory at once
MAX_TRIES = 20  # replicates drawn for each one wanted, before giving up

# Accuracy of the constant answer in each replicate: H5 compares every model with it.
ALWAYS_SPOOF = Metric("always-spoof", rates.always_spoof, "confusion")

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
        self, metric: str, model: str, *, at: str | None = "zero"
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
        known = self.metrics if metric not in self.values else ()
        for what, name, accepted in (
            ("model", model, self.panel.models),
            ("metric", metric, (*self.metrics, *self.values)),
            ("operating point", at, self.confusions if known else (at,)),
        ):
            if name not in accepted:
                raise ParameterError(
                    f"no {what} {name!r}; accepted are {', '.join(map(str, accepted))}"
                )
        if metric in self.values:
            values = self.values[metric][model]
        else:
            values = self.metrics[metric].fn(self.confusions[at][model])
        full, drawn = values[0], values[1:]
        one_speaker = self.panel.n_speakers == 1
        return BootstrapDistribution(
            value=float(full.mean()),
            per_seed=full,
            replicates=np.take_along_axis(drawn, self.seeds, axis=1).mean(1),
            seed_replicates=full[self.seeds].mean(1),
            n_units=len(self.panel.trials) if one_speaker else self.panel.n_speakers,
        )

    def interval(
        self, metric: str, model: str, *, at: str | None = "zero"
    ) -> tuple[float, float]:
        """95 % interval of :meth:`quantity`, within 0 and 1 where the metric is."""
        estimate = self.quantity(metric, model, at=at).estimate
        if metric in self.metrics and not self.metrics[metric].bounded:
            return estimate.interval()
        return estimate.rate_interval()


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

    Raises
    ------
    ScoreError
        If dev lacks a model or has another number of seeds.
    """
    points = {"zero": {model: np.zeros(panel.n_seeds) for model in panel.models}}
    if dev is not None:
        if not set(panel.models) <= set(dev.models) or dev.n_seeds != panel.n_seeds:
            raise ScoreError(
                f"dev scores of {', '.join(dev.models)} ({dev.n_seeds} seeds) cannot"
                f" set thresholds for {', '.join(panel.models)} ({panel.n_seeds}"
                " seeds); the same models and seeds are needed"
            )
        points["dev"] = {
            model: np.array(
                [
                    choose_threshold(row, dev.labels, partition="dev")
                    for row in dev.scores[model]
                ]
            )
            for model in panel.models
        }
    points["oracle"] = {
        model: np.array([oracle_threshold(row, panel.labels) for row in rows])
        for model, rows in panel.scores.items()
    }
    return points


def resample(
    panel: Panel,
    *,
    thresholds: Thresholds | None = None,
    n_replicates: int = 2000,
    seed: int = 0,
    stages: Sequence[str] = STAGES,
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
    stages : which of "seeds", "speakers" and "utterances" are drawn; see
        :mod:`antispoof.stats` for why the last is not by default. With a single
        speaker utterances are drawn in any case.
    metrics : name -> metric without a threshold, computed in every replicate; the main
        ones of ``METRICS`` by default. Metrics of decisions cost nothing, so all of
        ``METRICS`` are available.
    per_attack : also the EER of each attack against all bona fide trials, named such
        as "eer.A07".

    Raises
    ------
    ParameterError
        If a stage is unknown or fewer than two replicates are wanted.
    ScoreError
        If a class is absent, or so rare that hardly any replicate holds it.
    """
    unknown = [stage for stage in stages if stage not in ALL_STAGES]
    if unknown:
        raise ParameterError(
            f"stage {unknown[0]!r}; accepted are {', '.join(ALL_STAGES)}"
        )
    if n_replicates < 2:
        raise ParameterError(f"n_replicates={n_replicates} must be at least 2")
    if thresholds is None:
        thresholds = operating_thresholds(panel)
    if metrics is None:
        metrics = select_metrics("curve", "scores", main=True)
    subsets = {name: np.arange(panel.labels.size) for name in metrics}
    measured = dict(metrics)
    if per_attack:
        attack, bonafide = panel.trials["attack"].to_numpy(), panel.labels == BONAFIDE
        for name in sorted(set(attack[~bonafide])):
            measured[f"eer.{name}"] = METRICS["eer"]
            subsets[f"eer.{name}"] = np.flatnonzero(bonafide | (attack == name))
    systems = [scores for rows in panel.scores.values() for scores in rows]
    # A metric of a curve is computed from trials that are sorted once, here.
    rankings = [
        {
            name: _rank_subset(scores, panel.labels, subsets[name])
            for name, metric in measured.items()
            if metric.needs == "curve"
        }
        for scores in systems
    ]
    rng = np.random.default_rng(seed)
    decisions = _decisions(panel, thresholds)
    totals, values = [], []
    for weights in _draw_weights(panel, stages, n_replicates, rng):
        totals.append(weights.astype(np.float32) @ decisions)
        for row in weights:
            for scores, ranked in zip(systems, rankings, strict=True):
                for name, metric in measured.items():
                    ranking = ranked.get(name)
                    values.append(_measure(metric, ranking, scores, panel.labels, row))
    seeds = np.tile(np.arange(panel.n_seeds), (n_replicates, 1))
    if "seeds" in stages:
        drawn = (n_replicates, max(panel.n_seeds - 1, 1))
        seeds = rng.integers(0, panel.n_seeds, drawn)
    sizes = (len(panel.models), panel.n_seeds)
    # (point, model, replicate, seed, true class, predicted class)
    confusions = (
        np.concatenate(totals)
        .astype(np.int64)
        .reshape(-1, 2, 2, len(thresholds), *sizes)
        .transpose(3, 4, 0, 5, 1, 2)
    )
    # (metric, model, replicate, seed)
    by_metric = np.reshape(values, (n_replicates + 1, *sizes, len(measured))).transpose(
        3, 1, 0, 2
    )
    of_decisions = select_metrics("confusion")
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
        metrics={**of_decisions, "always_spoof": ALWAYS_SPOOF, **measured},
        seeds=seeds,
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


def _rank_subset(scores: np.ndarray, labels: np.ndarray, rows: np.ndarray) -> Ranking:
    """Ranking of some of the trials that takes weights of all of them."""
    ranking = rank(scores[rows], labels[rows])
    return replace(ranking, order=rows[ranking.order])


def _measure(
    metric: Metric,
    ranking: Ranking | None,
    scores: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
) -> float:
    """A metric where trial i counts `weights`[i] times."""
    if ranking is None:
        return metric.fn(np.repeat(scores, weights), np.repeat(labels, weights))
    curve = ranking.curve(weights)
    return metric.fn(curve) if curve.n_spoof else np.nan


def _draw_weights(
    panel: Panel, stages: Sequence[str], n_replicates: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """First every trial once, then replicates: arrays (rows, n) of int32."""
    names, speakers = np.unique(
        panel.trials["speaker"].to_numpy(dtype=str), return_inverse=True
    )
    yield np.ones((1, speakers.size), dtype=np.int32)
    if len(names) == 1:
        stages = [*stages, "utterances"]
    rows = max(1, min(n_replicates, MAX_WEIGHTS // speakers.size))
    classes = [panel.labels == label for label in (SPOOF, BONAFIDE)]
    wanted, tries = n_replicates, MAX_TRIES * n_replicates
    while wanted:
        weights = _draw(speakers, len(names), stages, min(rows, wanted), rng)
        usable = np.all([weights[:, own].any(1) for own in classes], axis=0)
        tries -= len(weights)
        wanted -= int(usable.sum())
        if tries < wanted:
            raise ScoreError(
                f"hardly any replicate of {len(names)} speakers holds both bona fide "
                "and spoof trials; there are too few speakers of one class"
            )
        yield weights[usable]


def _draw(
    speakers: np.ndarray,
    n_speakers: int,
    stages: Sequence[str],
    rows: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """(rows, n) how often each trial is drawn; `speakers` (n,) are numbers from 0."""
    weights = np.ones((rows, speakers.size), dtype=np.int32)
    if "speakers" in stages and n_speakers > 1:
        chances = np.full(n_speakers, 1 / n_speakers)
        times = rng.multinomial(n_speakers - 1, chances, size=rows)
        weights = times.astype(np.int32)[:, speakers]
    if "utterances" not in stages:
        return weights
    by_speaker = np.argsort(speakers, kind="stable")
    size = np.bincount(speakers, minlength=n_speakers)
    first = np.cumsum(size) - size
    for row in weights:
        # As many utterances as the drawn speakers have, each from its own speaker.
        speaker = np.repeat(speakers, row)
        pick = (rng.random(speaker.size) * size[speaker]).astype(np.int64)
        row[:] = np.bincount(by_speaker[first[speaker] + pick], minlength=speakers.size)
    return weights
