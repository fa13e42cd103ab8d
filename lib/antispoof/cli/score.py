"""``antispoof score``: what a trained run says of a partition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.errors import ParameterError


def score(
    run: Annotated[Path, typer.Argument(help="Folder of a run with weights.")],
    corpus: Annotated[Path, typer.Option(help="Folder of ASVspoof 2019 LA.")],
    partition: Annotated[str, typer.Option(help="train, dev or eval.")] = "eval",
    shard: Annotated[str, typer.Option(help="i/n: only the i-th of n parts.")] = "1/1",
    out: Annotated[
        Path | None, typer.Option(help="Score file; scores-PARTITION.txt here.")
    ] = None,
    store: Annotated[Path, typer.Option(help="Folder of stores.")] = Path(
        "data/features"
    ),
) -> None:
    """Score a partition, or one shard of it, with a run's model."""
    import numpy as np

    from antispoof.corpus import open_corpus
    from antispoof.features import open_features
    from antispoof.runs import Run
    from antispoof.scoring import score as score_features
    from antispoof.scoring import write_scores

    part, parts = _shard(shard)
    opened = Run.open(run)
    model = opened.model()
    features = open_features(
        open_corpus(corpus), partition, frontend=opened.recipe.frontend, store=store
    )
    # Contiguous parts, so that shards put together in order are the whole.
    edges = np.linspace(0, len(features), parts + 1).astype(int)
    rows = np.arange(len(features))
    chosen = (rows >= edges[part - 1]) & (rows < edges[part])
    scores = score_features(model, features.subset(chosen))
    name = f"scores-{partition}" + (f"-{part}-of-{parts}" if parts > 1 else "")
    target = out or Path(f"{name}.txt")
    write_scores(target, scores)
    typer.echo(f"{len(scores)} scores in {target}")


def _shard(text: str) -> tuple[int, int]:
    try:
        part, parts = (int(x) for x in text.split("/"))
    except ValueError:
        part = parts = 0
    if not 1 <= part <= parts:
        raise ParameterError(f"shard={text!r}; accepted: i/n with 1 <= i <= n")
    return part, parts
