"""``antispoof features``: decode a corpus once, keep its features on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antispoof.cli.train import STORE


def features(
    corpus: Annotated[Path, typer.Argument(help="Folder of ASVspoof 2019 LA.")],
    frontend: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    store: Annotated[Path | None, STORE] = None,
    jobs: Annotated[int | None, typer.Option(help="Threads; all cores.")] = None,
    on_error: Annotated[str, typer.Option(help="stop or skip damaged clips.")] = "stop",
) -> None:
    """Compute features of all partitions; a cut-off build goes on from where it was."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from antispoof.constants import PARTITIONS
    from antispoof.corpora import open_corpus
    from antispoof.frontends import (
        bytes_to_build,
        failed_clips,
        load_features,
        require_space,
    )
    from antispoof.platforms import feature_cache_dir

    store = store or feature_cache_dir()
    opened = open_corpus(corpus)
    wanted = [(name, part) for name in frontend or ["logmel"] for part in PARTITIONS]
    needed = sum(
        bytes_to_build(opened, partition, frontend=name, store=store)
        for name, partition in wanted
    )
    typer.echo(f"{opened.description}: features need {needed / 2**20:.0f} MiB more")
    if needed:
        require_space(store, needed)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    damaged: list[str] = []
    with Progress(*columns) as bars:
        for name, partition in wanted:
            total = len(opened.partition(partition))
            bar = bars.add_task(f"{name} {partition}", total=total, rate="")
            started = False

            def show(done: int, _total: int, bar=bar) -> None:
                nonlocal started
                if not started:
                    # What was there before must not count as speed.
                    bars.reset(bar, completed=done)
                    started = True
                speed = bars.tasks[bar].speed
                rate = f"{speed:.0f} clips/s" if speed else ""
                bars.update(bar, completed=done, rate=rate)

            built = load_features(
                opened,
                partition,
                frontend=name,
                store=store,
                jobs=jobs,
                on_error=on_error,
                progress=show,
            )
            bars.update(bar, completed=total)
            damaged += failed_clips(built, opened, partition)
    if damaged:
        typer.echo(f"{len(damaged)} damaged clips were left out: {', '.join(damaged)}")
