"""Do 95 % intervals hold the truth 95 times in 100? A simulation.

``python tests/slow_coverage.py`` runs it in full; the suite runs a small part.

Scores are normal. A model separates the classes by a distance that differs from seed
to seed; every speaker shifts the scores of each class, for all models and seeds alike;
every trial has a part that all models share and a part of its own. So seeds, speakers
and trials all matter, and the true value of every metric is known: averaged over seeds,
speakers and trials that were never seen.

Results of the last run in full: shares of intervals that hold the truth, where 95 % are
nominal. Columns: accuracy and the difference of two models in it, macro-F1 and its
difference, EER and its difference. Seeds and speakers drawn, 1000 intervals each (give
or take 0.7 points at 95 %):

    one seed, 67 speakers, clustered         0.946  0.953  0.960  0.934  0.940  0.951
    one seed, 67 speakers, hardly clustered  0.949  0.947  0.950  0.937  0.939  0.957
    one seed, 20 speakers, clustered         0.940  0.936  0.945  0.955  0.955  0.964
    one seed, 10 speakers, clustered         0.943  0.946  0.941  0.947  0.940  0.979
    three seeds that differ much             0.957  0.963  0.962  0.962  0.956  0.960
    three seeds, speakers matter more        0.976  0.978  0.982  0.979  0.984  0.990
    five seeds that differ much              0.951  0.955  0.948  0.965  0.963  0.966

Utterances drawn as well, 200 intervals each (give or take 1.5 points): too wide where
they are many, since their noise is in the speakers' differences already; so by default
they are not drawn.

    one seed, 67 speakers, clustered         0.970  0.980  0.990  0.990  0.995  1.000
    one seed, 67 speakers, hardly clustered  1.000  1.000  1.000  0.990  0.990  1.000
    one seed, 20 speakers, clustered         0.975  0.975  0.990  1.000  1.000  0.995
    one seed, 10 speakers, clustered         0.965  0.975  0.975  1.000  1.000  1.000
    three seeds that differ much             0.970  0.970  0.960  0.960  0.950  0.960
    three seeds, speakers matter more        0.975  0.970  0.980  0.995  0.995  0.995
    five seeds that differ much              0.940  0.955  0.950  0.975  0.965  0.975

All of the first lie within 92 to 98 % but those of three seeds where speakers matter
more, which are too wide (up to 99 %): of three seeds that hardly differ the t with two
degrees of freedom asks more than is needed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from antispoof.metrics import rates
from antispoof.stats import make_panel, resample
from antispoof.stats.bootstrap import ALL_STAGES, STAGES
from antispoof.stats.estimates import combine

METRICS = ("accuracy", "macro_f1", "eer")


@dataclass(frozen=True)
class Setting:
    """How many of what, and how much they differ.

    Attributes
    ----------
    per_speaker : trials of each speaker; one in five is bona fide.
    speaker_effect, seed_effect : standard deviations, where a trial's own is 1.
    distance : between the classes, of the better model; the other has 0.3 less.
    """

    n_seeds: int
    n_speakers: int
    per_speaker: int
    speaker_effect: float
    seed_effect: float
    distance: float = 2.5


SETTINGS = {
    "one seed, 67 speakers, clustered": Setting(1, 67, 30, 0.5, 0.0),
    "one seed, 67 speakers, hardly clustered": Setting(1, 67, 30, 0.1, 0.0),
    "one seed, 20 speakers, clustered": Setting(1, 20, 40, 0.5, 0.0),
    "one seed, 10 speakers, clustered": Setting(1, 10, 60, 0.7, 0.0),
    "three seeds that differ much": Setting(3, 40, 30, 0.3, 0.8),
    "three seeds, speakers matter more": Setting(3, 20, 40, 0.7, 0.2),
    "five seeds that differ much": Setting(5, 40, 30, 0.3, 0.8),
}


def simulate(setting: Setting, rng: np.random.Generator):
    """Score tables of two models, "better" and "worse"."""
    n = setting.n_speakers * setting.per_speaker
    speakers = np.repeat(np.arange(setting.n_speakers), setting.per_speaker)
    labels = (np.arange(n) % 5 == 0).astype(int)
    by_speaker = rng.normal(0, setting.speaker_effect, (setting.n_speakers, 2))
    shared = by_speaker[speakers, labels] + rng.normal(0, 0.8, n)
    trials = pd.DataFrame(
        {
            "utt_id": [f"u{i}" for i in range(n)],
            "speaker": [f"s{k}" for k in speakers],
            "attack": np.where(labels, "-", "A01"),
            "label": np.where(labels, "bonafide", "spoof"),
        }
    )
    tables = {}
    for model, distance in distances(setting).items():
        tables[model] = [
            trials.assign(
                score=shared
                + rng.normal(distance, setting.seed_effect) * (labels - 0.5)
                + rng.normal(0, 0.6, n)  # 0.8^2 + 0.6^2 = 1
            )
            for _ in range(setting.n_seeds)
        ]
    return tables


def distances(setting: Setting) -> dict[str, float]:
    """Model -> mean distance between its classes."""
    return {"better": setting.distance, "worse": setting.distance - 0.3}


def truth(setting: Setting, metric: str, distance: float) -> float:
    """The metric's value over all seeds, speakers and trials there could be."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    between = distance + setting.seed_effect * nodes
    spread = np.sqrt(1 + setting.speaker_effect**2)
    right = norm.cdf(between / 2 / spread)  # the same for both classes, at zero
    if metric == "eer":
        values = 1 - right
    else:
        cells = [0.8 * right, 0.8 * (1 - right), 0.2 * (1 - right), 0.2 * right]
        # Large counts stand for shares.
        confusions = 1e9 * np.stack(cells, axis=-1).reshape(-1, 2, 2)
        values = getattr(rates, metric)(confusions)
    return float(np.average(values, weights=weights))


def coverage(
    setting: Setting,
    *,
    runs: int,
    replicates: int,
    seed: int,
    stages=STAGES,
    metrics=METRICS,
) -> dict[str, float]:
    """Metric -> share of intervals that hold the truth; "... difference" is paired."""
    rng = np.random.default_rng(seed)
    at = distances(setting)
    held = {f"{m}{kind}": 0 for kind in ("", " difference") for m in metrics}
    for run in range(runs):
        resampled = resample(
            make_panel(simulate(setting, rng)),
            n_replicates=replicates,
            seed=run,
            stages=stages,
            metrics=None if "eer" in metrics else {},
        )
        for metric in metrics:
            better = resampled.quantity(metric, "better")
            difference = combine(
                np.subtract, better, resampled.quantity(metric, "worse")
            )
            true = {model: truth(setting, metric, at[model]) for model in at}
            low, high = better.estimate.rate_interval()
            held[metric] += low <= true["better"] <= high
            low, high = difference.estimate.interval()
            held[f"{metric} difference"] += (
                low <= true["better"] - true["worse"] <= high
            )
    return {name: count / runs for name, count in held.items()}


def main(runs: int = 1000, replicates: int = 150) -> None:
    """Print the tables that the docstring above records."""
    for stages, n in ((STAGES, runs), (ALL_STAGES, runs // 5)):
        print(f"drawn: {', '.join(stages)}; {n} runs of {replicates} replicates")
        for stream, (name, setting) in enumerate(SETTINGS.items()):
            found = coverage(
                setting, runs=n, replicates=replicates, seed=stream, stages=stages
            )
            row = "  ".join(f"{share:.3f}" for share in found.values())
            print(f"  {name:<41}{row}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
