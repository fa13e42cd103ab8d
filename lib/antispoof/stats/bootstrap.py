"""The bootstrap: every metric of every model and seed, in every replicate.

A replicate is a set of weights, one whole number a trial, under which confusion
matrices are sums and error curves cumulative sums; so no trial is ever copied. The
same weights serve all models: every comparison is paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antispoof.constants import BONAFIDE, SPOOF
from antispoof.errors import ParameterError, ScoreError
from antispoof.metrics import choose_threshold, counts, oracle_threshold
from antispoof.metrics.detection import DetCurve, Ranking, eer_of, rank
from antispoof.stats.estimates import BootstrapDistribution
from antispoof.stats.panel import Panel

STAGES = ("seeds", "speakers")
ALL_STAGES = (*STAGES, "utterances")
CHUNK = 4_000_000  # weights held at once
PATIENCE = 20  # replicates tried for each one wanted, before giving up

Thresholds = Mapping[str, Mapping[str, np.ndarray]]

# What confusion matrices (..., 2, 2) give; "always_spoof" is the constant's accuracy.
RATES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "accuracy": counts.accuracy,
    "macro_f1": counts.macro_f1,
    "balanced_accuracy": counts.balanced_accuracy,
    "recall_spoof": lambda confusions: counts.recalls(confusions)[..., SPOOF],
    "recall_bonafide": lambda confusions: counts.recalls(confusions)[..., BONAFIDE],
    "predicted_spoof_rate": counts.predicted_spoof_rate,
    "always_spoof": lambda confusions: (
        confusions[..., SPOOF, :].sum(-1) / confusions.sum((-2, -1))
    ),
}
CURVE_METRICS: dict[str, Callable[[DetCurve], float]] = {"eer": eer_of}


@dataclass(frozen=True)
class BootstrapResult:
    """A panel in full and in every replicate.

    Attributes
    ----------
    panel : what was resampled.
    thresholds : operating point -> model -> (n_seeds,).
    confusions : operating point -> model -> (n_replicates + 1, n_seeds, 2, 2) counts;
        the first is of all trials.
    curves : metric -> model -> (n_replicates + 1, n_seeds); NaN where a replicate has
        none of an attack.
    seeds : (n_replicates, seeds drawn) which seeds a replicate averages over.
    """

    panel: Panel
    thresholds: Thresholds
    confusions: Mapping[str, Mapping[str, np.ndarray]]
    curves: Mapping[str, Mapping[str, np.ndarray]]
    seeds: np.ndarray

    def quantity(
        self, metric: str, model: str, *, at: str | None = "zero"
    ) -> BootstrapDistribution:
        """A metric of one model, averaged over seeds.

        Parameters
        ----------
        metric : accuracy, macro_f1, balanced_accuracy, recall_spoof, recall_bonafide,
            predicted_spoof_rate, always_spoof (the accuracy of that constant answer), or one
            of the curve metrics, "eer" at least.
        model : one of the panel's.
        at : operating point; not read for curve metrics.

        Raises
        ------
        ParameterError
            If there is no such metric, model or operating point.
        """
        if model not in self.panel.models:
            raise ParameterError(
                f"no model {model!r}; accepted are {', '.join(self.panel.models)}"
            )
        if metric in self.curves:
            values = self.curves[metric][model]
        elif metric not in RATES:
            known = ", ".join((*RATES, *self.curves))
            raise ParameterError(f"no metric {metric!r}; accepted are {known}")
        elif at not in self.confusions:
            known = ", ".join(self.confusions)
            raise ParameterError(f"no operating point {at!r}; accepted are {known}")
        else:
            values = RATES[metric](self.confusions[at][model])
        full, drawn = values[0], values[1:]
        trials = len(self.panel.trials)
        trials_stand_alone = self.panel.n_speakers == 1
        return BootstrapDistribution(
            value=float(full.mean()),
            per_seed=full,
            draws=np.take_along_axis(drawn, self.seeds, axis=1).mean(1),
            seed_draws=full[self.seeds].mean(1),
            n_speakers=trials if trials_stand_alone else self.panel.n_speakers,
        )


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
    points = {
        "zero": {model: np.zeros(panel.n_seeds) for model in panel.models},
        "oracle": {
            model: np.array([oracle_threshold(row, panel.labels) for row in rows])
            for model, rows in panel.scores.items()
        },
    }
    if dev is None:
        return points
    if not set(panel.models) <= set(dev.models) or dev.n_seeds != panel.n_seeds:
        raise ScoreError(
            f"dev scores of {', '.join(dev.models)} ({dev.n_seeds} seeds) cannot set "
            f"thresholds for {', '.join(panel.models)} ({panel.n_seeds} seeds); the "
            "same models and seeds are needed"
        )
    chosen = {
        model: np.array(
            [
                choose_threshold(row, dev.labels, partition="dev")
                for row in dev.scores[model]
            ]
        )
        for model in panel.models
    }
    return {"zero": points["zero"], "dev": chosen, "oracle": points["oracle"]}


def resample(
    panel: Panel,
    *,
    thresholds: Thresholds | None = None,
    n_replicates: int = 2000,
    seed: int = 0,
    stages: Sequence[str] = STAGES,
    curve_metrics: Mapping[str, Callable[[DetCurve], float]] = CURVE_METRICS,
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
    curve_metrics : name -> function of a :class:`~antispoof.metrics.DetCurve`; all are
        computed in every replicate.
    per_attack : also the EER of each attack against all bona fide trials, named such
        as "eer.A07".

    Raises
    ------
    ParameterError
        If a stage is unknown or fewer than two replicates are wanted.
    ScoreError
        If a class is absent, or so rare that hardly a replicate holds it.
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
    rng = np.random.default_rng(seed)
    decisions = _decisions(panel, thresholds)
    parts = _parts(panel, per_attack=per_attack)
    rankings = [
        [_ranking(scores, panel.labels, part) for part in parts.values()]
        for rows in panel.scores.values()
        for scores in rows
    ]
    totals, curves = [], []
    for weights in _all_weights(panel, stages, n_replicates, rng):
        totals.append(weights.astype(np.float32) @ decisions)
        curves += [
            [_measured(own, row, curve_metrics) for own in rankings] for row in weights
        ]
    names = [*curve_metrics, *(f"eer.{attack}" for attack in list(parts)[1:])]
    shape = (n_replicates + 1, len(panel.models), panel.n_seeds, len(names))
    # (metric, model, replicate, seed)
    values = np.reshape(curves, shape).transpose(3, 1, 0, 2)
    return BootstrapResult(
        panel=panel,
        thresholds=thresholds,
        confusions=_confusions(np.concatenate(totals), panel, thresholds),
        curves={
            name: dict(zip(panel.models, of_metric, strict=True))
            for name, of_metric in zip(names, values, strict=True)
        },
        seeds=_drawn_seeds(panel.n_seeds, stages, n_replicates, rng),
    )


def _decisions(panel: Panel, thresholds: Thresholds) -> np.ndarray:
    """(n, columns) 1 where a trial is of a class and decided so.

    Columns: true class, decided class, point, model, seed. float32 holds whole numbers
    up to 16 million, and multiplies fast.
    """
    accepted = np.stack(
        [
            panel.scores[model] > thresholds[point][model][:, np.newaxis]
            for point in thresholds
            for model in panel.models
        ]
    )
    cells = [
        (panel.labels == label) & (accepted == (decided == BONAFIDE))
        for label in (SPOOF, BONAFIDE)
        for decided in (SPOOF, BONAFIDE)
    ]
    return np.stack(cells).reshape(-1, panel.labels.size).T.astype(np.float32)


def _confusions(
    totals: np.ndarray, panel: Panel, thresholds: Thresholds
) -> dict[str, dict[str, np.ndarray]]:
    shape = (-1, 2, 2, len(thresholds), len(panel.models), panel.n_seeds)
    # (point, model, replicate, seed, true class, decided class)
    matrices = totals.astype(np.int64).reshape(shape).transpose(3, 4, 0, 5, 1, 2)
    return {
        point: dict(zip(panel.models, of_point, strict=True))
        for point, of_point in zip(thresholds, matrices, strict=True)
    }


def _parts(panel: Panel, *, per_attack: bool) -> dict[str, np.ndarray]:
    """First all trials; then each attack's together with all bona fide ones."""
    parts = {"pooled": np.arange(panel.labels.size)}
    if per_attack:
        attack = panel.trials["attack"].to_numpy()
        bonafide = panel.labels == BONAFIDE
        for name in sorted(set(attack[~bonafide])):
            parts[name] = np.flatnonzero(bonafide | (attack == name))
    return parts


def _ranking(scores: np.ndarray, labels: np.ndarray, part: np.ndarray) -> Ranking:
    """Ranking of a part of the trials that takes weights of all of them."""
    ranking = rank(scores[part], labels[part])
    return replace(ranking, order=part[ranking.order])


def _measured(
    rankings: Sequence[Ranking],
    weights: np.ndarray,
    curve_metrics: Mapping[str, Callable[[DetCurve], float]],
) -> list[float]:
    """The curve metrics of all trials, then the EER of each attack."""
    values = []
    if curve_metrics:
        pooled = rankings[0].curve(weights)
        values += [metric(pooled) for metric in curve_metrics.values()]
    for ranking in rankings[1:]:
        curve = ranking.curve(weights)
        values.append(eer_of(curve) if curve.n_spoof else np.nan)
    return values


def _drawn_seeds(
    n_seeds: int, stages: Sequence[str], n_replicates: int, rng: np.random.Generator
) -> np.ndarray:
    if "seeds" not in stages:
        return np.tile(np.arange(n_seeds), (n_replicates, 1))
    return rng.integers(0, n_seeds, (n_replicates, max(n_seeds - 1, 1)))


def _all_weights(
    panel: Panel, stages: Sequence[str], n_replicates: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """First every trial once, then replicates: arrays (rows, n) of int32."""
    names, speakers = np.unique(
        panel.trials["speaker"].to_numpy(dtype=str), return_inverse=True
    )
    yield np.ones((1, speakers.size), dtype=np.int32)
    if len(names) == 1:
        stages = [*stages, "utterances"]
    rows = max(1, min(n_replicates, CHUNK // speakers.size))
    classes = [panel.labels == label for label in (SPOOF, BONAFIDE)]
    wanted, tries = n_replicates, PATIENCE * n_replicates
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
