"""``antispoof score``: what a trained run says of a partition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.train import STORE
from antispoof.errors import ParameterError


def score(
    run: Annotated[Path, typer.Argument(help="Folder of a run with weights.")],
    corpus: Annotated[Path, typer.Option(help="Folder of ASVspoof 2019 LA.")],
    partition: Annotated[str, typer.Option(help="train, dev or eval.")] = "eval",
    shard: Annotated[str, typer.Option(help="i/n: only the i-th of n parts.")] = "1/1",
    out: Annotated[
        Path | None, typer.Option(help="Score file; scores-PARTITION.txt here.")
    ] = None,
    store: Annotated[Path | None, STORE] = None,
) -> None:
    """Score a partition, or one shard of it; a cut-off scoring goes on."""
    from rich.console import Console
    from rich.progress import Progress

    from antispoof.corpora import open_corpus
    from antispoof.frontends import load_features
    from antispoof.platforms import feature_cache_dir
    from antispoof.runs import Run
    from antispoof.scoring import score as score_features
    from antispoof.scoring import shard as shard_of
    from antispoof.scoring import write_scores

    part, parts = _shard(shard)
    opened = Run.open(run)
    model = opened.model()
    whole = load_features(
        open_corpus(corpus),
        partition,
        frontend=opened.config.frontend,
        store=store or feature_cache_dir(),
    )
    features = shard_of(whole, part, parts)
    name = f"scores-{partition}" + (f"-{part}-of-{parts}" if parts > 1 else "")
    target = out or Path(f"{name}.txt")
    unfinished = target.with_name(f"{target.name}.partial")
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(target.name, total=len(features))
        scores = score_features(
            model,
            features,
            partial=unfinished,
            progress=lambda done, _total: bars.update(bar, completed=done),
        )
    write_scores(target, scores)
    unfinished.unlink()
    typer.echo(f"{len(scores)} scores in {target}")


def merge(
    shards: Annotated[list[Path], typer.Argument(help="Score files of all shards.")],
    protocol: Annotated[Path, typer.Option(help="Protocol of the partition.")],
    out: Annotated[Path, typer.Option(help="Score file of the whole.")],
) -> None:
    """Put the score files of shards together, in the protocol's order."""
    from antispoof.corpora import read_protocol
    from antispoof.scoring import merge_scores, write_scores

    scores = merge_scores(shards, read_protocol(protocol))
    write_scores(out, scores)
    typer.echo(f"{len(scores)} scores in {out}")


def _shard(text: str) -> tuple[int, int]:
    try:
        part, parts = (int(x) for x in text.split("/"))
    except ValueError:
        part = parts = 0
    if not 1 <= part <= parts:
        raise ParameterError(f"shard={text!r}; accepted: i/n with 1 <= i <= n")
    return part, parts
