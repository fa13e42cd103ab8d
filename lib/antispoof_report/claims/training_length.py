"""H4: what more training does to the lean of a model to spoof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from antispoof.constants import LABELS, SPOOF
from antispoof.errors import ParameterError
from antispoof.models import TITLES
from antispoof.stats.bootstrap import BootstrapResult, resample
from antispoof.stats.estimates import BootstrapDistribution, combine
from antispoof.stats.panel import make_panel
from antispoof_report.claims.findings import find, sentence
from antispoof_report.claims.verdicts import (
    REPRODUCED,
    SMALLEST_SHARE,
    UNDECIDED,
    Verdict,
)

RESNET, RESNET_LSTM = "resnet", "resnet_lstm"

# model -> epochs trained -> one score table a seed
Lengths = Mapping[str, Mapping[int, Sequence[pd.DataFrame]]]


def h4(lengths: Lengths, *, n_replicates: int = 2000, seed: int = 0) -> Verdict:
    """H4: longer training mends the lean of ResNet50+LSTM to spoof, at score 0.

    The slope of the share decided spoof against the epochs trained, by least squares
    over runs of several lengths, times the epochs between the shortest and the longest:
    how much longer training changes the lean. All lengths share seeds and draws. The
    claim needs a lean to mend: unless the shortest training is shown to decide spoof
    more often than spoof occurs, H4 stays undecided. ResNet50's change is shown beside.

    Parameters
    ----------
    lengths : model -> epochs trained -> one score table a seed, on the same trials.
    n_replicates, seed : see :func:`~antispoof.stats.resample`.

    Raises
    ------
    ParameterError
        If there are not two lengths of training of ResNet50+LSTM.
    """
    several = {model: runs for model, runs in lengths.items() if len(runs) > 1}
    if RESNET_LSTM not in several:
        raise ParameterError(
            f"lengths of training of {', '.join(several) or 'no model'}; at least two"
            f" of {RESNET_LSTM!r} are needed"
        )
    resampled = resample(
        make_panel(
            {
                _name(model, epochs): tables
                for model, runs in several.items()
                for epochs, tables in runs.items()
            }
        ),
        n_replicates=n_replicates,
        seed=seed,
        curve_metrics={},
    )
    changes = [
        find(
            f"change of the share decided spoof from {min(several[model])} to "
            f"{max(several[model])} epochs, {TITLES[model]}",
            _change(resampled, model, sorted(several[model])),
            claimed=-1 if model == RESNET_LSTM else 0,
            smallest=SMALLEST_SHARE,
        )
        for model in (RESNET_LSTM, RESNET)
        if model in several
    ]
    shortest = min(several[RESNET_LSTM])
    lean = find(
        f"share decided spoof minus share of spoof after {shortest} epochs, "
        f"{TITLES[RESNET_LSTM]}",
        _lean(resampled, _name(RESNET_LSTM, shortest)),
        claimed=1,
        smallest=SMALLEST_SHARE,
    )
    leans = lean.verdict == REPRODUCED
    verdict = changes[0].verdict if leans else UNDECIDED
    return Verdict(
        "H4",
        "With more training ResNet50+LSTM leans less to spoof.",
        verdict,
        sentence(
            "That more training mends the lean of ResNet50+LSTM",
            verdict,
            [*changes, lean],
            *(
                []
                if leans
                else ["no lean to spoof is shown, so nothing is to be mended"]
            ),
        ),
        (*changes, lean),
    )


def spoof_rate_by_epochs(lengths: Lengths) -> pd.DataFrame:
    """How often each model decides spoof at score 0, by epochs trained and seed.

    Parameters
    ----------
    lengths : as :func:`h4` takes them.

    Returns
    -------
    DataFrame with ``model``, ``epochs``, ``seed`` (position), ``predicted_spoof_rate`` and
    ``is_spoof`` (the share of trials that are).
    """
    return pd.DataFrame(
        [
            {
                "model": model,
                "epochs": epochs,
                "seed": seed,
                "predicted_spoof_rate": float((table["score"] <= 0).mean()),
                "is_spoof": float((table["label"] == LABELS[SPOOF]).mean()),
            }
            for model, runs in lengths.items()
            for epochs, tables in sorted(runs.items())
            for seed, table in enumerate(tables)
        ]
    )


def _name(model: str, epochs: int) -> str:
    return f"{model} {epochs}"


def _change(
    resampled: BootstrapResult, model: str, epochs: Sequence[int]
) -> BootstrapDistribution:
    """Slope of the share decided spoof against the epochs, times those between."""
    centred = np.array(epochs, dtype=np.float64) - np.mean(epochs)
    weights = centred / (centred @ centred) * (epochs[-1] - epochs[0])
    shares = [
        resampled.quantity("predicted_spoof_rate", _name(model, length))
        for length in epochs
    ]
    return combine(lambda *values: np.tensordot(weights, values, axes=1), *shares)


def _lean(resampled: BootstrapResult, name: str) -> BootstrapDistribution:
    """Share decided spoof beyond the share that is."""
    return combine(
        np.subtract,
        resampled.quantity("predicted_spoof_rate", name),
        resampled.quantity("always_spoof", name),
    )
