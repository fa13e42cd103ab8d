"""Does the faster training end where the plain one does? EER on dev, seed by seed.

    python benchmarks/same_result.py --corpus DIR [--epochs 12]

The CNN in batches of 16, all else the default config: once as ``fit`` trains it, once
in torch's default layout in a plain loop, from the same weights, on the same clips in
the same order. What may differ is rounding, so the difference should lie within the
spread of the seeds.

Last result, 10 epochs on the sample of real speech: ours 11.98, 7.87 and 10.05 %, plain
9.93, 6.05 and 9.93 %; means 9.97 and 8.63 %, spread of the seeds 2.24.
"""

from __future__ import annotations

import argparse
import tempfile

import numpy as np
import torch
from torch import nn

from antispoof import corpora, metrics, models
from antispoof.config import TrainConfig
from antispoof.frontends import FeatureSet, load_features
from antispoof.scoring import score
from antispoof.training import fit, split_holdout


def plain(config: TrainConfig, part: FeatureSet, seed: int) -> nn.Module:
    """The model of the last epoch of a loop as one would first write it."""
    torch.manual_seed(seed)
    model = models.build(config.model).train()
    optimizer = torch.optim.Adam(
        model.parameters(), lr=config.lr, weight_decay=config.weight_decay
    )
    criterion = nn.CrossEntropyLoss()
    x, y = part.tensor(), torch.from_numpy(part.labels)
    for epoch in range(config.epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(part))
        for start in range(0, len(part), config.batch_size):
            batch = order[start : start + config.batch_size]
            optimizer.zero_grad()
            criterion(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return model.eval()


def main() -> None:
    """Train both ways with each seed, and print what dev says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="", help="found or made if not given")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    config = TrainConfig.for_model(
        "cnn", epochs=asked.epochs, batch_size=16, checkpoint="last"
    )
    corpus = corpora.load_or_synthesize(asked.corpus)
    found = []
    with tempfile.TemporaryDirectory() as store:
        train, dev = (load_features(corpus, p, store=store) for p in ("train", "dev"))
        part, holdout = split_holdout(train, 2)
        for seed in range(asked.seeds):
            ours = fit(config, part, holdout, seed=seed, cpu=True).model
            theirs = plain(config, part, seed)
            scores = [score(m, dev)["score"].to_numpy() for m in (ours, theirs)]
            eers = [100 * metrics.eer(s, dev.labels) for s in scores]
            found.append(eers)
            print(
                f"seed {seed}: EER on dev, ours {eers[0]:.2f} %, plain {eers[1]:.2f} %"
            )
    ours, theirs = np.array(found).T
    spread = np.std(theirs, ddof=1) if asked.seeds > 1 else float("nan")
    print(
        f"mean: ours {ours.mean():.2f} %, plain {theirs.mean():.2f} %,"
        f" spread of the seeds {spread:.2f}"
    )


if __name__ == "__main__":
    main()
