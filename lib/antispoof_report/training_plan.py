"""How much a chapter trains, said beforehand; little where nothing was chosen."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from antispoof import frontends, models
from antispoof.config import TrainConfig
from antispoof.corpora import Corpus
from antispoof.devices import best_device
from antispoof_report.progress import progress_line

SEEDS = [0, 1, 2, 3, 4]
# For simulated speech without a GPU: minutes for a chapter on two cores.
SHORT = {
    "cnn": {"epochs": 15, "batch_size": 16},
    "resnet": {"epochs": 2, "batch_size": 16},
    "resnet_lstm": {"epochs": 2, "batch_size": 16},
}
N_TIMED = 4  # clips of the step that is timed

Settings = Mapping[str, Mapping[str, Any]]


def plan_training(
    corpus: Corpus,
    names: Sequence[str],
    settings: Settings,
    seeds: Sequence[int] | None = None,
    *,
    epochs: int = 0,
) -> tuple[Settings, Sequence[int]]:
    """Settings and seeds of a chapter's runs; shows how many and how long they take.

    Where no settings, seeds and epochs were chosen, these are the defaults with five
    seeds; for simulated speech without a GPU, one short run of each model.

    Parameters
    ----------
    names : of the models.
    settings : as `TrainConfig.from_profile` takes them.
    seeds : None if not chosen.
    epochs : 0 if not chosen.
    """
    chosen = seeds or settings or epochs
    if not chosen and corpus.is_synthetic and best_device().type == "cpu":
        settings, seeds = SHORT, SEEDS[:1]
    seeds = seeds or SEEDS
    configs = [
        TrainConfig.from_profile(name, settings, epochs=epochs or None)
        for name in names
    ]
    n_clips = len(corpus.partition("train"))
    each = [config.epochs * n_clips * _seconds_per_clip(config) for config in configs]
    n_runs, minutes = len(seeds) * len(names), len(seeds) * sum(each) / 60
    runs = f"{n_runs} run{'s' * (n_runs > 1)}"
    progress_line()(
        f"At most {runs}, about {max(minutes, 1):.0f} min here if none is found."
        " The parameters seeds and settings above choose more or fewer."
    )
    return settings, seeds


def _seconds_per_clip(config: TrainConfig) -> float:
    """Of one training step here, without what is done once."""
    device = best_device()
    model = models.build(config.model, config.loss).to(device)
    x = torch.randn(N_TIMED, *frontends.build(config.frontend).shape, device=device)
    for _ in range(2):  # the first one also allocates memory
        start = time.perf_counter()
        model(x).sum().backward()
        seconds = time.perf_counter() - start
    return seconds / N_TIMED
