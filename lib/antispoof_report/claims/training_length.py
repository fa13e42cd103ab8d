"""H4: what longer training does to a model's bias to spoof."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from antispoof.constants import LABELS, SPOOF
from antispoof.stats.estimates import combine
from antispoof_report.claims import RESNET, RESNET_LSTM, TITLES, verdicts

# model -> epochs trained -> one score table per seed
Lengths = Mapping[str, Mapping[int, Sequence[pd.DataFrame]]]


def h4(lengths: Lengths, *, n_replicates: int = 2000) -> verdicts.Verdict:
    """H4: longer training reduces the spoof bias of ResNet50+LSTM, at score 0.

    The effect is the least-squares slope of the rate of trials decided spoof against
    the epochs trained, over runs of several lengths, times the epochs between the
    shortest and the longest. All lengths share seeds and replicates. The claim needs a
    bias to reduce: unless the shortest training is shown to decide spoof more often
    than spoof occurs, H4 is undecided. The change of ResNet50 is shown for comparison.

    Parameters
    ----------
    lengths : model -> epochs trained -> one score table per seed, on the same trials
        and with the same seeds; at least two lengths of ResNet50+LSTM.
    n_replicates : see :func:`~antispoof.stats.resample`.
    """
    trained = {
        model: lengths[model]
        for model in (RESNET_LSTM, RESNET)
        if len(lengths.get(model, ())) > 1
    }
    tables = {f"{m} {n}": runs[n] for m, runs in trained.items() for n in runs}
    resampled = verdicts.resample_tables(tables, n_replicates)
    changes = []
    for model, runs in trained.items():
        epochs = sorted(runs)
        centred = np.array(epochs, dtype=np.float64) - np.mean(epochs)
        weights = centred / (centred @ centred) * (epochs[-1] - epochs[0])
        names = [f"{model} {n}" for n in epochs]
        rates = [resampled.quantity("predicted_spoof_rate", name) for name in names]
        change = combine(lambda *v, w=weights: np.tensordot(w, v, axes=1), *rates)
        name = (
            f"change of the rate of clips decided spoof from {epochs[0]} to "
            f"{epochs[-1]} epochs, {TITLES[model]}"
        )
        direction = -1 if model == RESNET_LSTM else 0
        changes.append(verdicts.make_finding(name, change, direction=direction))
    shortest = min(trained[RESNET_LSTM])
    bias = verdicts.compare(
        f"rate of clips decided spoof minus rate of spoof, epochs: {shortest}, "
        f"{TITLES[RESNET_LSTM]}",
        resampled,
        "predicted_spoof_rate",
        (f"{RESNET_LSTM} {shortest}",) * 2,
        minus="always_spoof",
        direction=1,
    )
    biased = bias.verdict == verdicts.REPRODUCED
    remarks = [] if biased else ["no spoof bias is shown, so there is none to reduce"]
    return verdicts.make_verdict(
        "H4",
        "Longer training reduces the spoof bias of ResNet50+LSTM.",
        "That longer training reduces the spoof bias of ResNet50+LSTM",
        changes[0].verdict if biased else verdicts.UNDECIDED,
        [*changes, bias],
        *remarks,
    )


def spoof_rate_by_epochs(lengths: Lengths) -> pd.DataFrame:
    """How often each model decides spoof at score 0, by epochs trained and seed.

    Parameters
    ----------
    lengths : as :func:`h4` takes them.

    Returns
    -------
    DataFrame with ``model``, ``epochs``, ``seed`` (position), ``predicted_spoof_rate``
    and ``is_spoof`` (the fraction of trials that are).
    """
    rows = []
    for model, runs in lengths.items():
        for epochs, tables in sorted(runs.items()):
            for seed, table in enumerate(tables):
                is_spoof = (table["label"] == LABELS[SPOOF]).mean()
                rate = (table["score"] <= 0).mean()
                rows.append((model, epochs, seed, rate, is_spoof))
    columns = ["model", "epochs", "seed", "predicted_spoof_rate", "is_spoof"]
    return pd.DataFrame(rows, columns=columns)
